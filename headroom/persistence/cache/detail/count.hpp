// persistence/cache/detail/count.hpp: a number that one reactor changes and any thread reads.
#pragma once
#include <atomic>
#include <cstdint>

namespace headroom::cache::detail {

class count {
public:
    void add() noexcept { number_.fetch_add(1, std::memory_order_relaxed); }
    void set(std::uint64_t to) noexcept { number_.store(to, std::memory_order_relaxed); }
    std::uint64_t now() const noexcept { return number_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> number_ = 0;
};

}  // namespace headroom::cache::detail
