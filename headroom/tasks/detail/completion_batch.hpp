// tasks/detail/completion_batch.hpp: completions go to the server together. Pure.
//
// Acknowledging one entry a command costs ten times what it costs in a batch. A batch goes when it
// is full, when its oldest has waited long enough, or at once while nothing else is under way: then
// waiting would gain nothing.
#pragma once
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace headroom::tasks::detail {

template <class Completion>
class completion_batch {
public:
    using clock = std::chrono::steady_clock;
    static constexpr std::size_t size_max = 64;
    static constexpr std::chrono::milliseconds linger_ms{1};

    void add(Completion one, clock::time_point now) {
        if (waiting_.empty()) since_ = now;
        waiting_.push_back(std::move(one));
    }

    bool empty() const noexcept { return waiting_.empty(); }
    std::size_t size() const noexcept { return waiting_.size(); }
    /// When it goes at the latest; none when it is empty.
    std::optional<clock::time_point> due() const {
        if (waiting_.empty()) return std::nullopt;
        return since_ + linger_ms;
    }
    /// `idle`: no other batch is under way.
    bool is_due(clock::time_point now, bool idle) const {
        if (waiting_.empty()) return false;
        return idle || waiting_.size() >= size_max || now - since_ >= linger_ms;
    }

    /// The first so many, size_max at most; what stays counts as having come now.
    std::vector<Completion> take(clock::time_point now) {
        since_ = now;
        if (waiting_.size() <= size_max) return std::exchange(waiting_, {});
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(size_max);
        std::vector<Completion> first(std::make_move_iterator(waiting_.begin()),
                                      std::make_move_iterator(end));
        waiting_.erase(waiting_.begin(), end);
        return first;
    }

private:
    std::vector<Completion> waiting_;
    clock::time_point since_{};
};

}  // namespace headroom::tasks::detail
