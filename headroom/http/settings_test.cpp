#include "headroom/http/settings.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

TEST(HttpSettings, AreFineByDefault) { EXPECT_TRUE(faults(settings{}).empty()); }

TEST(HttpSettings, ServeTheOwnMachineUnlessAskedOtherwise) {
    settings open;
    open.listen = "0.0.0.0:8080";
    ASSERT_EQ(faults(open).size(), 1u);
    EXPECT_NE(faults(open)[0].find("beyond_loopback"), std::string::npos);
    open.beyond_loopback = true;
    EXPECT_TRUE(faults(open).empty());
}

TEST(HttpSettings, TakeAnAddressAndAPortAndNothingElse) {
    for (const auto* good : {"127.0.0.1:8080", "127.0.0.1:0", "[::1]:8080"})
        EXPECT_TRUE(faults(settings{.listen = good}).empty()) << good;
    for (const auto* wrong : {"", "localhost:8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                              "127.0.0.1:80x", "::1:8080", "[127.0.0.1]:80", "[::1]", ":8080"})
        EXPECT_EQ(faults(settings{.listen = wrong}).size(), 1u) << wrong;
}

TEST(HttpSettings, NameEveryFaultAtOnce) {
    settings wrong;
    wrong.connections_max = 0;
    wrong.in_flight_max = 0;
    wrong.bounds.fields_max = 0;
    wrong.times.head_max = std::chrono::milliseconds(0);
    wrong.times.drain_delay = std::chrono::hours(2);
    EXPECT_EQ(faults(wrong).size(), 5u);
}

TEST(HttpSettings, AreReadFromTheEnvironment) {
    environment from;
    from.add("HEADROOM_HTTP_LISTEN", "[::1]:9000", "environment");
    from.add("HEADROOM_HTTP_CONNECTIONS_MAX", "32", "environment");
    from.add("HEADROOM_HTTP_DRAIN_DELAY", "5s", "environment");
    setting_reader reader(from);
    const auto read = read_settings(reader);
    ASSERT_TRUE(reader.seal());
    EXPECT_EQ(read.listen, "[::1]:9000");
    EXPECT_EQ(read.connections_max, 32u);
    EXPECT_EQ(read.times.drain_delay, std::chrono::seconds(5));
    EXPECT_TRUE(faults(read).empty());
}

TEST(HttpSettings, RefuseAnAddressOthersReachWhenRead) {
    environment from;
    from.add("HEADROOM_HTTP_LISTEN", "0.0.0.0:80", "environment");
    setting_reader reader(from);
    read_settings(reader);
    const auto sealed = reader.seal();
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().size(), 1u);
}

TEST(HttpSettings, PlanADescriptorForEachListenerAndConnectionAndThoseToRefuseOn) {
    const auto rows = consumers(settings{.connections_max = 100}, 2);
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].name, "http.listener");
    EXPECT_EQ(rows[0].pool, 2u);
    EXPECT_EQ(rows[1].name, "http.connections");
    EXPECT_EQ(rows[1].pool, 102u);
    EXPECT_EQ(rows[2].name, "http.refusals");
    EXPECT_EQ(rows[2].pool, refusals_max);
    for (const auto& each : rows) EXPECT_EQ(each.resource, "files");
}

settings read_from(std::initializer_list<std::pair<const char*, const char*>> variables,
                   std::size_t faults_expected = 0) {
    environment from;
    for (const auto& [name, value] : variables) from.add(name, value, "environment");
    setting_reader reader(from);
    auto read = read_settings(reader);
    const auto sealed = reader.seal();
    EXPECT_EQ(sealed ? 0 : sealed.error().size(), faults_expected);
    return read;
}

TEST(HttpSettings, HaveMemoryForTheLargestBody) {
    EXPECT_EQ(read_from({{"HEADROOM_HTTP_BODY_MAX", "128MiB"}}).body_memory, 128U << 20);
    read_from({{"HEADROOM_HTTP_BODY_MAX", "2MiB"}, {"HEADROOM_HTTP_BODY_MEMORY", "1MiB"}}, 1);
    settings wrong;
    wrong.body_memory = wrong.bounds.body_max - 1;
    EXPECT_EQ(faults(wrong).size(), 1U);
}

TEST(HttpSettings, ShareAPortWithTheManagementOnLoopbackAlone) {
    EXPECT_EQ(read_from({}).management.where, management_port::shared);
    const auto open = read_from(
        {{"HEADROOM_HTTP_LISTEN", "0.0.0.0:8080"}, {"HEADROOM_HTTP_BEYOND_LOOPBACK", "true"}});
    EXPECT_EQ(open.management.where, management_port::separate);
    EXPECT_EQ(open.management.listen, "127.0.0.1:8081");
    const auto six = read_from(
        {{"HEADROOM_HTTP_LISTEN", "[::]:65535"}, {"HEADROOM_HTTP_BEYOND_LOOPBACK", "true"}});
    EXPECT_EQ(six.management.listen, "[::1]:0");
    EXPECT_EQ(read_from({{"HEADROOM_HTTP_MANAGEMENT_LISTEN", "off"}}).management.where,
              management_port::off);
    EXPECT_EQ(read_from({{"HEADROOM_HTTP_MANAGEMENT_LISTEN", "127.0.0.1:9"}}).management.listen,
              "127.0.0.1:9");
}

TEST(HttpSettings, RefuseAManagementPortThatIsThePublicOneOrEverybodys) {
    read_from({{"HEADROOM_HTTP_MANAGEMENT_LISTEN", "127.0.0.1:8080"}}, 1);
    read_from({{"HEADROOM_HTTP_MANAGEMENT_LISTEN", "0.0.0.0:9000"}}, 1);
    read_from({{"HEADROOM_HTTP_MANAGEMENT_LISTEN", "nowhere"}}, 1);
}

TEST(HttpSettings, PlanTheManagementPortsDescriptors) {
    settings apart;
    apart.management = {management_port::separate, "127.0.0.1:0"};
    const auto rows = consumers(apart, 2);
    ASSERT_EQ(rows.size(), 6u);
    EXPECT_EQ(rows[3].name, "http.management_listener");
    EXPECT_EQ(rows[3].pool, 1u);
    EXPECT_EQ(rows[4].pool, management_connections_max + 1);
    EXPECT_EQ(rows[5].pool, 1u);
    EXPECT_TRUE(faults(management_of(apart)).empty());
}

TEST(HttpSettings, ReadProxiesAndLimitsOfClients) {
    const auto read = read_from({{"HEADROOM_HTTP_TRUSTED_PROXIES", "10.0.0.0/8,::1"},
                                 {"HEADROOM_HTTP_FORWARDED_BY", "forwarded"},
                                 {"HEADROOM_HTTP_RATE", "50"},
                                 {"HEADROOM_HTTP_CONNECTIONS_PER_CLIENT", "20"}});
    EXPECT_EQ(read.trusted.size(), 2u);
    EXPECT_EQ(read.told_by, forwarding_field::forwarded);
    EXPECT_EQ(read.each_client.per_second, 50u);
    EXPECT_EQ(read.each_client.burst, 20u);
    EXPECT_EQ(read.connections_per_client_max, 20u);
    EXPECT_TRUE(faults(read).empty());
    read_from({{"HEADROOM_HTTP_TRUSTED_PROXIES", "10.0.0.0/8,proxy.example"}}, 1);
}

}  // namespace
}  // namespace headroom::http
