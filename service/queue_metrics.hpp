// service/queue_metrics.hpp: what waits in the queues of a worker, and how it is doing, for
// /metrics.
#pragma once
#include "headroom/observability/metrics.hpp"
#include "headroom/persistence/redis/mux.hpp"
#include "headroom/runtime/repeated_look.hpp"
#include "service/working.hpp"

namespace headroom::service {

/// A part: from its start to its stop it looks at the queues every period over the shared
/// connection, on the home reactor. A scrape asks no server.
class queue_metrics final : public part {
public:
    static constexpr std::chrono::milliseconds period_ms{5'000}, look_ms_max{2'000};
    static constexpr std::size_t limits_max = 100;  ///< shown; others only an operator sees

    /// Everything outlives it, and it the last scrape.
    queue_metrics(reactor& home, redis::mux& over, observability::metrics& to, const working& of);

    std::string_view name() const noexcept override { return "service.queue_metrics"; }
    void start(deadline) override { looks_.start(); }
    void stop(deadline) noexcept override { looks_.stop(); }

private:
    struct of_queue {
        tasks::queue_control facts;
        observability::gauge waiting, in_hand, delayed, dead, oldest, paused;
    };
    struct of_limit {
        std::string queue, task;
        observability::gauge running, waiting;
        observability::counter put_off;
    };
    void declare_queue(const std::string& name);
    void declare_limit(const tasks::limit_figures& of);
    void declare_totals();
    task<void> look();
    task<void> look_at(const std::string& name, of_queue& into);
    void show_own();

    redis::mux& over_;
    observability::metrics& to_;
    const working& of_;
    std::map<std::string, of_queue> queues_;
    std::vector<of_limit> limits_;
    std::vector<observability::gauge> gauges_;
    std::vector<observability::counter> counts_;
    repeated_look looks_;
};

}  // namespace headroom::service
