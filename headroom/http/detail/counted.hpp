// http/detail/counted.hpp: one more of something, as long as it lives.
#pragma once
#include <atomic>

namespace headroom::http::detail {

class counted {
public:
    explicit counted(std::atomic<unsigned>& in)
        : now(in.fetch_add(1, std::memory_order_relaxed) + 1), in_(&in) {}
    ~counted() { release(); }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    /// Not among them any more. Idempotent.
    void release() noexcept {
        if (in_ != nullptr) in_->fetch_sub(1, std::memory_order_relaxed);
        in_ = nullptr;
    }

    const unsigned now;  ///< how many there were with this one

private:
    std::atomic<unsigned>* in_;
};

}  // namespace headroom::http::detail
