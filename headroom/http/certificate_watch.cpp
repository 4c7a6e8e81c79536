#include "headroom/http/certificate_watch.hpp"

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <mutex>

namespace headroom::http {

struct certificate_watch::loop : std::enable_shared_from_this<loop> {
    loop(reactor& at, worker_pool& in, certificates& all, observability::logger to)
        : home(at), pool(in), of(all), log(std::move(to)) {}

    void arm() { home.arm(next, deadline::after(of.from().reload)); }

    // On the home reactor.
    void ring() {
        std::scoped_lock lock(mutex);
        looking = pool.post([self = shared_from_this()] { self->look(); }).has_value();
        if (!looking) arm();  // the pool is full; another time
    }

    // On the system pool.
    void look() {
        try {
            if (of.reload())
                log.info("certificate replaced",
                         {{"ends", std::int64_t{of.ends().time_since_epoch().count()}}});
        } catch (const std::exception& fault) {
            log.warn("certificate not replaced", {{"reason", std::string_view(fault.what())}});
        }
        std::scoped_lock lock(mutex);
        looking = false;
        changed.notify_all();
        if (!over)
            boost::asio::post(home.get_executor(), [self = shared_from_this()] {
                std::scoped_lock again(self->mutex);
                if (!self->over) self->arm();
            });
    }

    void end() {
        home.run_blocking([this]() -> task<void> {
            std::scoped_lock lock(mutex);
            over = true;
            next.disarm();
            co_return;
        });
        // As long as the files take; the pool's own stop would wait for the job too.
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return !looking; });
    }

    reactor& home;
    worker_pool& pool;
    certificates& of;
    const observability::logger log;
    alarm next{[this] { ring(); }};  // the home reactor's own
    std::mutex mutex;
    std::condition_variable changed;
    bool started = false;                // of the thread that starts and stops
    bool looking = false, over = false;  // guarded by mutex
};

certificate_watch::certificate_watch(reactor& home, worker_pool& system, certificates& of,
                                     observability::logger log)
    : loop_(std::make_shared<loop>(home, system, of, std::move(log))) {}

certificate_watch::~certificate_watch() {
    stop(deadline::after(std::chrono::milliseconds(0)));
}

void certificate_watch::start(deadline) {
    loop_->home.run_blocking([this]() -> task<void> {
        loop_->arm();
        co_return;
    });
    loop_->started = true;
}

void certificate_watch::stop(deadline) noexcept {
    if (std::exchange(loop_->started, false)) loop_->end();
}

}  // namespace headroom::http
