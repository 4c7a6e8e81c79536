// What `headroom plan` says of a change is what `headroom audit` sees once it was really made: on
// random stacks, whose connections are all opened at a server with the changed limit.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "command/audit_crowd_fixture.hpp"
#include "command/audit_fixture.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/sanitized.hpp"

namespace headroom::command {
namespace {

constexpr unsigned stacks = testing::sanitized ? 4 : 20, reserved = 3;
constexpr unsigned peak_max = 100;  // before the change

/// A consumer of a random stack.
struct stack_part {
    std::string name, per, phase;
    unsigned pool = 0, overflow = 0, instances = 1;
    bool shared = false;

    std::string row() const {
        return fmt::format(
            "  - {{name: {0}.pool, resource: postgres, application_name: {0}, pool: {1}, "
            "overflow: {2}, instances: {3}, per: {4}, phase: {5}}}\n",
            name, pool, shared ? "shared" : std::to_string(overflow), instances, per, phase);
    }
};

struct random_stack {
    std::vector<stack_part> parts;
    unsigned replicas = 1, workers = 1, surge = 0, terminating = 0, reserve = 0, limit = 100;

    std::string manifest() const {
        auto text = fmt::format(
            "resources:\n  postgres: {{limit: {}, reserved: {}, reserve: {}}}\nconsumers:\n", limit,
            reserved, reserve);
        for (const auto& each : parts) text += each.row();
        return text;
    }
    strings times() const {
        return {
            "--replicas", std::to_string(replicas), "--workers",     std::to_string(workers),
            "--surge",    std::to_string(surge),    "--terminating", std::to_string(terminating)};
    }
    /// Process by process, as it would be started; no sum of headroom's is asked.
    unsigned opened_by(const stack_part& one) const {
        const auto each = (one.pool + (one.shared ? 0 : one.overflow)) * one.instances;
        if (one.phase == "deploy" || one.per == "deployment") return each;
        unsigned all = 0;
        for (unsigned replica = 0; replica < replicas + surge + terminating; ++replica)
            for (unsigned process = 0; process < (one.per == "replica" ? 1 : workers); ++process)
                all += each + (&one == parts.data() ? reserve : 0);
        return all;
    }
    unsigned opened() const {
        unsigned all = 0;
        for (const auto& each : parts) all += opened_by(each);
        return all;
    }
};

class generator {
public:
    explicit generator(unsigned seed) : random_(seed) {}

    /// The first part is there in each process and borrows all of the reserve.
    random_stack stack() {
        random_stack made;
        made.replicas = number(1, 3);
        made.workers = number(1, 3);
        made.surge = number(0, 2);
        made.terminating = number(0, 1);
        made.reserve = number(0, 3);
        for (unsigned i = 0, count = number(2, 6); i < count; ++i) made.parts.push_back(part(i));
        made.parts[0].per = "process";
        made.parts[0].phase = "steady";
        made.parts[0].shared = true;
        made.parts[0].instances = 1;
        return made;
    }
    /// A limit with which the verdict is, in turn, green, amber or red.
    unsigned limit_for(unsigned peak, unsigned seed) {
        const unsigned usable = seed % 3 == 0   ? peak * 5 / 4 + number(2, 12)
                                : seed % 3 == 1 ? peak + number(1, 1 + peak / 8)
                                                : std::max(peak - number(1, 3), 4u);
        return usable + reserved + (usable * 80 == peak * 100 ? 1 : 0);
    }
    unsigned number(unsigned least, unsigned most) {
        return std::uniform_int_distribution<unsigned>(least, most)(random_);
    }

private:
    stack_part part(unsigned i) {
        static const char* const pers[] = {"process", "process", "replica", "deployment"};
        stack_part one;
        one.name = fmt::format("part{}", i);
        one.per = pers[number(0, 3)];
        one.phase = number(0, 4) == 0 ? "deploy" : "steady";
        one.pool = number(1, 4);
        one.overflow = number(0, 2);
        one.instances = number(1, 2);
        return one;
    }
    std::mt19937 random_;
};

json::object plan_of(const std::string& file, const random_stack& changed,
                     const std::string& setting) {
    strings words{HEADROOM_COMMAND, "plan",  file,      "--json",
                  "--set",          setting, "--limit", std::to_string(changed.limit)};
    const auto times = changed.times();
    words.insert(words.end(), times.begin(), times.end());
    const auto answer = testing::run_program({.arguments = words});
    EXPECT_EQ(answer.code, 0) << answer.errors;
    return json::parse(answer.output).at("resources").at(0).as_object();
}

class WhatIf : public audit_fixture {
protected:
    /// The audit's page once everything is open that the stack may open and that finds room beside
    /// the audit.
    json::object audit_of(const random_stack& changed, unsigned room) {
        testing::private_postgres server(
            {.settings = {{"max_connections", std::to_string(changed.limit)},
                          {"tcp_keepalives_idle", "60"}}});
        server.create_role("app");
        server.create_role("watch", "LOGIN IN ROLE pg_monitor");
        crowd people;
        unsigned left = room;
        for (const auto& each : changed.parts) {
            const auto some = std::min(left, changed.opened_by(each));
            people.join(static_cast<int>(some), server.url("app"), each.name);
            left -= some;
        }
        strings words{"--postgres", server.url("watch"), "--manifest",
                      manifest(changed.manifest())};
        const auto times = changed.times();
        words.insert(words.end(), times.begin(), times.end());
        json::object found;
        EXPECT_TRUE(testing::eventually([&] {
            found = server_in(report(words));
            return found.at("error").is_null() && found.at("live") == room - left;
        })) << json::serialize(found);
        return found;
    }
};

TEST_F(WhatIf, IsWhatTheAuditSeesOnceItWasDone) {
    for (unsigned seed = 1; seed <= stacks; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        generator from(seed);
        auto before = from.stack();
        while (before.opened() > peak_max) {
            before.replicas = before.workers = 1;
            if (before.opened() > peak_max) before.parts.pop_back();
        }
        auto after = before;
        auto& part = after.parts[from.number(0, static_cast<unsigned>(after.parts.size()) - 1)];
        part.pool = from.number(1, 5);
        const auto peak = after.opened();
        after.limit = from.limit_for(peak, seed);
        const auto said = plan_of(manifest(before.manifest()), after,
                                  fmt::format("{}.pool.pool={}", part.name, part.pool));
        const auto seen = audit_of(after, std::min(peak, after.limit - reserved - 1));
        fmt::print("seed {}: peak {} of {}, {}\n", seed, peak, after.limit - reserved,
                   std::string(said.at("verdict").as_string()));
        EXPECT_EQ(said.at("peak"), peak) << "counted process by process";
        for (const auto* each : {"sum", "peak", "peak_arithmetic", "limit", "usable", "verdict"})
            EXPECT_EQ(said.at(each), seen.at(each)) << each;
        EXPECT_EQ(said.at("needed_limit").at("fit"), seen.at("needed_limit"));
        for (const auto* each : {"HR-PG-OVERUSER", "HR-PG-STRANGER", "HR-PG-CONTRADICTION"})
            EXPECT_EQ(finding(seen, each), json::object()) << each;
    }
}

}  // namespace
}  // namespace headroom::command
