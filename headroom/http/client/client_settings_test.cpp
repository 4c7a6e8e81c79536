#include "headroom/http/client/client_settings.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

TEST(HttpClientSettings, AreReadFromTheEnvironment) {
    environment from;
    from.add("HEADROOM_HTTP_CLIENT_CONNECTIONS", "4", "environment");
    from.add("HEADROOM_HTTP_CLIENT_CONNECT_TIMEOUT", "250ms", "environment");
    from.add("HEADROOM_HTTP_CLIENT_CA", "/etc/ours.pem", "environment");
    setting_reader reader(from);
    const auto read = read_client_settings(reader);
    ASSERT_TRUE(reader.seal());
    EXPECT_EQ(read.connections_max, 4U);
    EXPECT_EQ(read.per_host_max, 4U) << "by default no more than all";
    EXPECT_EQ(read.connect_max, std::chrono::milliseconds(250));
    EXPECT_EQ(read.authorities, "/etc/ours.pem");
    EXPECT_EQ(client_consumers(read).front().pool, 4U);
}

TEST(HttpClientSettings, MoreToOneServerThanToAllIsNamed) {
    environment from;
    from.add("HEADROOM_HTTP_CLIENT_CONNECTIONS", "4", "environment");
    from.add("HEADROOM_HTTP_CLIENT_PER_HOST", "5", "environment");
    from.add("HEADROOM_HTTP_CLIENT_CA", "ours.pem", "environment");
    setting_reader reader(from);
    (void)read_client_settings(reader);
    const auto sealed = reader.seal();
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().size(), 2U);
}

}  // namespace
}  // namespace headroom::http
