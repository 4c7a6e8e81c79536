// tasks/detail/read_quotas.hpp: how a read is shared among queues of different weight. Pure.
//
// Under full backlog every queue gets its share of what is read, and none starves: the fractions
// that one read cannot give are carried to the next (largest remainder over time). In strict order
// a queue gets what those before it left.
#pragma once
#include <cstddef>
#include <vector>

namespace headroom::tasks::detail {

class read_quotas {
public:
    static constexpr unsigned weight_max = 1'000;
    static constexpr std::size_t queues_max = 16;

    /// Weights of 1 to weight_max, one a queue.
    explicit read_quotas(std::vector<unsigned> weights, bool strict = false);

    /// How many of `room` entries to ask of each queue: at most `room` in all, and nothing of those
    /// that are not open. Those not asked for anything are 0. `open` has an item a queue.
    std::vector<unsigned> next(unsigned room, const std::vector<bool>& open);
    /// What is left of `room` after a read that found so many of what was asked: for those queues
    /// that had all they were asked for, in order of weight.
    std::vector<unsigned> again(unsigned room, const std::vector<unsigned>& asked,
                                const std::vector<unsigned>& found,
                                const std::vector<bool>& open) const;

private:
    std::size_t most_credit(const std::vector<bool>& open) const;

    const std::vector<unsigned> weights_;
    const bool strict_;
    std::vector<double> credit_;
};

}  // namespace headroom::tasks::detail
