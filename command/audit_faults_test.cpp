// Faults planted into a stack of real servers: the audit finds each, names it and counts it.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "command/audit_faults_fixture.hpp"
#include "headroom/testing/eventually.hpp"

namespace headroom::command {
namespace {

using ::testing::ElementsAreArray;
using ::testing::UnorderedElementsAre;

planted_faults all_faults() {
    planted_faults all;
    for (auto* some : {faults_of_people, faults_of_postgres, faults_of_pgbouncer, faults_of_redis,
                       faults_of_settings})
        for (auto& each : some()) all.push_back(std::move(each));
    return all;
}

/// What only the running servers can tell: where they are.
planted_fault located(planted_fault of, stack_servers& on) {
    const auto put = [](std::string& text, std::string_view what, const std::string& by) {
        if (const auto at = text.find(what); at != text.npos) text.replace(at, what.size(), by);
    };
    const auto fill = [&](std::string& text, const std::string& by) { put(text, "{}", by); };
    fill(of.found, of.found.starts_with("HR-PB")
                       ? fmt::format("{}:{}", on.postgres.socket_directory(), on.postgres.port())
                       : fmt::format("127.0.0.1:{}/0", on.redis.port()));
    put(of.found, "{1}", fmt::format("127.0.0.1:{}/1", on.redis.port()));
    put(of.found, "{postgres}", std::to_string(on.postgres.port()));
    for (auto& [name, value] : of.with.jobs) fill(value, on.redis.url());
    for (auto& [name, value] : of.with.web) put(value, "{1}", on.redis.url(1));
    return of;
}

std::string what_of(const json::object& report, const std::string& found) {
    for (const auto& server : report.at("servers").as_array())
        for (const auto& each : server.at("findings").as_array())
            if (found.starts_with(std::string(each.at("id").as_string()) + ","))
                return std::string(each.at("what").as_string());
    return {};
}

class FaultOfAStack : public ::testing::TestWithParam<planted_fault> {
protected:
    static stack_servers& in_order() {
        static stack_servers servers({});
        return servers;
    }
};

TEST_P(FaultOfAStack, IsFoundNamedAndCountedAndNothingElse) {
    const bool own = GetParam().alters || !GetParam().with.same_servers();
    auto fresh = own ? std::make_unique<stack_servers>(GetParam().with) : nullptr;
    auto& servers = own ? *fresh : in_order();
    const auto fault = located(GetParam(), servers);
    audit_stack stack(servers, fault.with);
    if (fault.plant) fault.plant(stack);
    json::object report;
    const strings expected{fault.found};
    testing::eventually([&] {
        report = stack.audit();
        return said(report) == expected;
    });
    EXPECT_THAT(said(report), UnorderedElementsAre(fault.found));
    EXPECT_THAT(what_of(report, fault.found), ::testing::HasSubstr(fault.what));
}

INSTANTIATE_TEST_SUITE_P(All, FaultOfAStack, ::testing::ValuesIn(all_faults()),
                         [](const auto& each) { return each.param.name; });

TEST(FaultsOfAStack, AreFoundAllAtOnceWithTheSameFiguresAndNothingElse) {
    stack_terms with;
    auto planted = all_faults();
    std::erase_if(planted, [](const auto& each) { return each.alone; });
    for (const auto& each : planted) with.add(each.with);
    stack_servers servers(with);
    strings expected;
    for (auto& each : planted) {
        each = located(std::move(each), servers);
        expected.push_back(each.found);
    }
    for (auto& [name, value] : with.jobs)
        if (value == "{}") value = servers.redis.url();
    audit_stack stack(servers, with);
    for (const auto& each : planted)
        if (each.plant) each.plant(stack);
    std::ranges::sort(expected);
    json::object report;
    strings found;
    testing::eventually([&] {
        report = stack.audit();
        found = said(report);
        std::ranges::sort(found);
        return found == expected;
    });
    EXPECT_THAT(found, ElementsAreArray(expected));
    EXPECT_GE(expected.size(), 20u);
    EXPECT_EQ(report.at("verdict"), "RED");
}

}  // namespace
}  // namespace headroom::command
