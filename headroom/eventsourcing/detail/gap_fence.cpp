#include "headroom/eventsourcing/detail/gap_fence.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::eventsourcing::detail {

gap_fence::gap_fence(log_position newest) : gap_fence(newest, counts{}) {}

gap_fence::gap_fence(log_position newest, counts so_far)
    : high_(newest), knows_head_(newest == 0), counts_(so_far) {
    if (!knows_head_) state_ = state::lists;
}

std::optional<log_position> gap_fence::hole() const noexcept {
    if (state_ == state::clear || !knows_head_) return std::nullopt;
    return head_ + 1;
}

// Every number between the head and this one is either there or nobody's.
bool gap_fence::resolved(log_position number) const noexcept {
    return number == head_ + 1 || number <= resolved_below_;
}

std::size_t gap_fence::saw_events(std::span<const log_position> numbers) {
    BOOST_ASSERT(knows_head_);
    std::size_t taken = 0;
    while (taken < numbers.size() && resolved(numbers[taken])) {
        BOOST_ASSERT(numbers[taken] > head_);
        counts_.dead += static_cast<std::uint64_t>(numbers[taken] - head_ - 1);
        head_ = numbers[taken++];
    }
    const bool stopped = taken < numbers.size();
    if (state_ != state::clear && (!stopped || head_ >= high_)) {  // the hole was filled
        suspects_.clear();
        state_ = state::clear;
    }
    if (stopped && state_ == state::clear) {
        high_ = numbers.back();
        state_ = state::lists;
        ++counts_.holes;
    }
    return taken;
}

void gap_fence::saw_holders(const std::vector<std::string>& now) {
    if (state_ == state::lists) {
        suspects_ = {now.begin(), now.end()};
        if (suspects_.empty()) return pass();
        state_ = state::waits;
    } else if (state_ == state::waits) {
        std::set<std::string> left;
        for (const auto& each : now)
            if (suspects_.contains(each)) left.insert(each);
        suspects_ = std::move(left);
        if (suspects_.empty()) pass();
    }
}

void gap_fence::pass() {
    state_ = state::clear;
    resolved_below_ = high_;
    if (!knows_head_) head_ = high_;
    knows_head_ = true;
}

void gap_fence::lost_sight() noexcept {
    if (state_ == state::clear) return;
    suspects_.clear();
    state_ = state::lists;
}

}  // namespace headroom::eventsourcing::detail
