// http/detail/body_memory.hpp: one bound on the bytes of all bodies that are read or used at once.
//
// Without it memory would be the product of connections and the largest body. A body that came with
// its head is in its connection's landing buffer, which the number of connections bounds, and takes
// none of it.
#pragma once
#include <atomic>
#include <boost/assert.hpp>
#include <cstddef>

namespace headroom::http::detail {

/// Shared by all reactors; nothing is locked and nobody waits.
class body_memory {
public:
    explicit body_memory(std::size_t most) noexcept : most_(most) {}
    body_memory(const body_memory&) = delete;

    std::size_t most() const noexcept { return most_; }
    std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }

private:
    friend class body_share;

    bool take(std::size_t bytes) noexcept {
        auto held = held_.load(std::memory_order_relaxed);
        do {
            if (bytes > most_ - held) return false;
        } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
        return true;
    }
    void give(std::size_t bytes) noexcept { held_.fetch_sub(bytes, std::memory_order_relaxed); }

    const std::size_t most_;
    std::atomic<std::size_t> held_{0};
};

/// A body's bytes among them, as long as it lives.
class body_share {
public:
    explicit body_share(body_memory& of) noexcept : of_(of) {}
    ~body_share() {
        if (bytes_ > 0) of_.give(bytes_);  // most have none, and reactors share the count
    }
    body_share(const body_share&) = delete;

    /// False, and nothing has changed, when there is not so much left.
    bool grow_to(std::size_t bytes) noexcept {
        BOOST_ASSERT(bytes >= bytes_);
        if (!of_.take(bytes - bytes_)) return false;
        bytes_ = bytes;
        return true;
    }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    body_memory& of_;
    std::size_t bytes_ = 0;
};

}  // namespace headroom::http::detail
