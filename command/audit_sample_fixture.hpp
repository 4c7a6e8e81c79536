// command/audit_sample_fixture.hpp: an audit that goes on, and what servers show of it meanwhile.
#pragma once
#include <functional>
#include <set>
#include <string>

#include "command/audit_fixture.hpp"
#include "headroom/persistence/console.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::command {

/// The connections of the audit as a server sees them: who they are, and a sign of each look.
class auditor_seen {
public:
    struct sight {
        std::string connection, sign;
    };
    using view = std::function<std::vector<sight>()>;
    explicit auditor_seen(view of) : look_(std::move(of)) {}

    /// True once it is there.
    bool comes() {
        return testing::eventually([&] { return !look().empty(); });
    }
    /// True once it has looked twice from now on: one look began and ended meanwhile.
    bool looks_again() {
        unsigned changes = 0;
        std::string last;
        return testing::eventually([&] {
            const auto now = look();
            if (now.empty()) return false;
            if (!last.empty() && now.front().sign != last) ++changes;
            last = now.front().sign;
            return changes >= 2;
        });
    }
    std::vector<sight> look() {
        auto now = look_();
        at_once = std::max(at_once, now.size());
        for (const auto& each : now) connections.insert(each.connection);
        return now;
    }
    std::size_t at_once = 0;            ///< most that were seen together
    std::set<std::string> connections;  ///< all that were ever seen

private:
    view look_;
};

auditor_seen auditor_on(const testing::private_postgres& server);
auditor_seen auditor_on(const testing::private_redis& server);
/// Over a console connection of its own, which the audit sees as a client of nobody.
auditor_seen auditor_on(const testing::private_pgbouncer& pooler);

/// `headroom audit ARGUMENTS --json` in the background.
class running_audit {
public:
    explicit running_audit(strings arguments);
    /// How it ended, and what it said; fails the test when it does not end.
    testing::outcome end();
    json::array pages() { return json::parse(end().output).at("servers").as_array(); }
    void signal(int number) { program_.signal(number); }
    bool running() { return program_.running(); }

private:
    testing::child_process program_;
};

}  // namespace headroom::command
