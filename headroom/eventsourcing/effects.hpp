// eventsourcing/effects.hpp: what a projection wants written, as statements.
//
// A projection decides; the runner writes. The effects of a batch of events and the checkpoint that
// says they were taken travel under one Sync, which PostgreSQL runs as one transaction.
#pragma once
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "headroom/persistence/connection.hpp"

namespace headroom::eventsourcing {

/// A list of statements in the order in which they take effect. Not thread-safe. Throws what
/// persistence::parameters throw for values PostgreSQL cannot hold.
class effects {
public:
    /// `text` is a constant.
    template <class... Values>
    void run(const persistence::statement& text, const Values&... values) {
        run_with(text, persistence::parameters::of(values...));
    }
    void run_with(const persistence::statement& text, persistence::parameters values) {
        texts_.push_back(text);
        steps_.push_back({&texts_.back(), std::move(values)});
    }

    /// Names what these statements change, for whoever keeps copies of it (audience.hpp).
    void touch(std::string what) { touched_.insert(std::move(what)); }
    /// Each once.
    std::vector<std::string> touched() const { return {touched_.begin(), touched_.end()}; }

    std::size_t size() const noexcept { return steps_.size(); }
    bool empty() const noexcept { return steps_.empty(); }
    /// Valid until the next run().
    const std::vector<persistence::step>& steps() const noexcept { return steps_; }
    /// Hands the statements out; what they point into stays here, so they outlive nothing of it.
    std::vector<persistence::step> take() noexcept { return std::exchange(steps_, {}); }
    /// Takes back every statement after the first `count`. What they touched stays named: nothing
    /// is lost when a copy is read again.
    void cut(std::size_t count) {
        texts_.resize(count, texts_.empty() ? persistence::statement("") : texts_.front());
        steps_.resize(count);
    }

private:
    std::deque<persistence::statement> texts_;  // a deque: steps_ point into it
    std::vector<persistence::step> steps_;
    std::set<std::string> touched_;
};

}  // namespace headroom::eventsourcing
