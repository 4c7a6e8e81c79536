// persistence/redis/shared_server.hpp: one Redis of a process, from its rows in the plan to its
// sockets.
//
// What it will open stands in consumers() before anything is; the constructor takes exactly those
// grants. The start of the process connects it to read the server's limit, as control is connected
// for PostgreSQL's; stop() gives everything back.
#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "headroom/budget/book.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/redis/mux.hpp"
#include "headroom/persistence/redis/settings.hpp"
#include "headroom/persistence/redis/subscriptions.hpp"
#include "headroom/persistence/start_limits.hpp"
#include "headroom/runtime/runtime.hpp"

namespace headroom::redis {

class shared_server final : public part {
public:
    /// Takes the grants of the mux and of all descriptors. Throws budget::refused when they do not
    /// fit. `with.server` is there. `name`: the consumer is filled in.
    shared_server(runtime& on, budget::book& from, const settings& with,
                  persistence::application_name name);
    ~shared_server() override;

    std::string_view name() const noexcept override { return "persistence.redis"; }
    /// Connects, if the start of the process has not.
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

    /// Connects and reads what the server allows: persistence::admission_terms::other_limits. On
    /// the home reactor. Throws what keeps it from that.
    task<std::vector<persistence::start_limit>> limits(deadline until);

    mux& shared() noexcept { return shared_; }
    /// Takes their grant, so after admission; they connect with start(), which comes after this.
    subscriptions& make_push();
    /// For the lines of the start: "app@cache:6379 tls".
    std::string target() const { return door_.target().describe(); }
    /// Whoever else opens connections to this server goes through it.
    door& way() noexcept { return door_; }

private:
    void begin();
    task<void> stop_both(deadline until);

    runtime& on_;
    budget::book& from_;
    const settings with_;
    const persistence::application_name name_;
    budget::grant sockets_;
    std::vector<budget::lease> held_;  // descriptors of every connection there may be
    door door_;
    mux shared_;
    std::optional<subscriptions> push_;
    bool begun_ = false, stopped_ = false, listens_ = false;
};

}  // namespace headroom::redis
