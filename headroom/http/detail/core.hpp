// http/detail/core.hpp: what all listeners and connections of one server share.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "headroom/http/detail/body_memory.hpp"
#include "headroom/http/detail/entrance.hpp"
#include "headroom/http/detail/peer_counts.hpp"
#include "headroom/http/server.hpp"

namespace headroom::http::detail {

/// Read from every reactor; what changes is atomic.
struct core {
    core(settings with, router routed, server_grants granted, access_log log, certificates* show)
        : sealed(std::move(with)),
          routes(std::move(routed)),
          grants(std::move(granted)),
          access(std::move(log)),
          shown(show),
          origins(sealed.cross_origin),
          proxies(sealed.trusted, sealed.told_by),
          handlers(sealed.in_flight_max, sealed.queue_max),
          apart(0, 0),
          bodies(sealed.body_memory) {}

    const settings sealed;
    const router routes;
    server_grants grants;
    const access_log access;
    certificates* const shown;  // null without TLS
    const cors origins;
    const trusted_proxies proxies;
    peer_counts peers;
    entrance handlers;
    entrance apart;              // for what leans on nothing behind, when the others fill theirs
    body_memory bodies;
    pressure* behind = nullptr;  // set before the server starts; null: nothing
    std::atomic<bool> draining{false};
    std::atomic<std::uint64_t> accepted{0}, turned_away{0}, requests{0}, shed{0}, shed_behind{0},
        unshaken{0};
    std::atomic<unsigned> connections{0}, streams{0};
};

/// How many accept loops and connections are alive, and who waits for there to be none.
class stillness {
public:
    void enter() {
        std::scoped_lock lock(mutex_);
        ++alive_;
    }
    void leave() {
        std::scoped_lock lock(mutex_);
        if (--alive_ == 0) changed_.notify_all();
    }
    void hurry() {
        std::scoped_lock lock(mutex_);
        hurried_ = true;
        changed_.notify_all();
    }
    /// Waits for the time to pass or for hurry().
    void pause(std::chrono::milliseconds wait) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, wait, [this] { return hurried_; });
    }
    /// True when all is still; false when the wait ended first, or by hurry().
    bool wait(std::chrono::milliseconds wait) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, wait, [this] { return alive_ == 0 || hurried_; });
        return alive_ == 0;
    }
    /// The same, not to be hurried.
    bool wait_last(std::chrono::milliseconds wait) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, wait, [this] { return alive_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    unsigned alive_ = 0;    // guarded by mutex_
    bool hurried_ = false;  // guarded by mutex_
};

/// Held by whatever must have ended before the server is still. First member of its holder, so that
/// it goes last: it lets the core go before it tells, and whoever was told owns the core alone.
class presence {
public:
    presence(std::shared_ptr<core> of, std::shared_ptr<stillness> in)
        : core_(std::move(of)), still_(std::move(in)) {
        still_->enter();
    }
    presence(presence&&) noexcept = default;
    presence(const presence&) = delete;
    ~presence() {
        if (!still_) return;
        core_.reset();
        still_->leave();
    }

private:
    std::shared_ptr<core> core_;
    std::shared_ptr<stillness> still_;
};

}  // namespace headroom::http::detail
