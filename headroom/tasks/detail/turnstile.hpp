// tasks/detail/turnstile.hpp: lets tasks through their gates, and keeps the slots of those inside.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/persistence/redis/script.hpp"
#include "headroom/tasks/detail/gate.hpp"
#include "headroom/tasks/entry_id.hpp"

namespace headroom::tasks::detail {

/// One delivery before its gates.
struct arrival {
    std::size_t queue = 0;
    fence token;
    std::string task_id;
    std::vector<const gate*> gates;  ///< at least one
};

class turnstile {
public:
    static constexpr std::size_t waiting_max = 100'000;  ///< put off at one gate; others go back

    enum class verdict {
        in,    ///< it may run, and leaves afterwards
        off,   ///< it comes again later: nothing more is to be told the server
        lost,  ///< another worker has it
    };
    struct view {
        unsigned free = 0;  ///< tasks that may begin
        std::chrono::milliseconds wait{0};  ///< until the next may, when none can
    };
    struct terms {
        std::string group, consumer;
        std::chrono::milliseconds lease_ms{15'000};
    };

    /// The connection outlives it.
    turnstile(redis::mux& through, gate_table all, std::vector<queue_keys> queues, terms with);

    const gate_table& gates() const noexcept { return gates_; }

    /// From any thread. Throws as mux::run does: then it holds no slot, or one that nobody keeps.
    task<verdict> enter(const arrival& one, deadline until);
    /// It runs no more. Answers whether another was called for it. From any thread.
    task<bool> leave(const arrival& one, deadline until);
    /// Every third of a lease.
    task<void> keep(deadline until);
    task<view> look(const gate& at, deadline until);
    /// So that an operator sees limits before they have put anything off.
    task<void> announce(deadline until);

    /// Tasks of ours that have entered and not left. From any thread.
    std::size_t inside(const gate& at) const;
    bool any_inside() const;
    /// How often a gate was shut to a task of ours, in the order of gates().all().
    std::vector<std::uint64_t> refusals() const;

private:
    std::string member(const arrival& one) const;
    task<void> take_back(const gate& at, const std::vector<std::string>& kept, deadline until);
    task<redis::value> ask(const redis::script& what, const std::vector<std::string>& keys,
                           const std::vector<std::string>& with, deadline until);

    redis::mux& through_;
    const gate_table gates_;
    const std::vector<queue_keys> queues_;
    const terms terms_;
    mutable std::mutex mutex_;
    std::map<const gate*, std::set<std::string>> inside_;  // guarded by mutex_
    std::map<const gate*, std::uint64_t> refused_;         // guarded by mutex_
};

}  // namespace headroom::tasks::detail
