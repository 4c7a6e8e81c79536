// eventsourcing/repository.hpp: an aggregate loaded, asked to decide, and its events appended.
//
// A domain is a decider: events, a state, and a fold of one over the other, all pure.
//
//     struct orders {
//         using event = std::variant<placed, renamed>;
//         struct state { bool exists = false; std::string name; };
//         static state fold(state before, const event& what);
//     };
//
//     repository<orders> all(store);
//     const auto decide = [&](const orders::state& now) { return rename(now, name); };
//     auto done = co_await all.execute<fault>(stream, context, until, decide);
//
// When another writer was faster, the aggregate is loaded again and decides anew, a few times.
#pragma once
#include <concepts>
#include <expected>
#include <functional>
#include <variant>

#include "headroom/eventsourcing/codec.hpp"
#include "headroom/eventsourcing/event_store.hpp"

namespace headroom::eventsourcing {

template <class D>
concept decider = std::default_initializable<typename D::state> &&
                  requires(typename D::state now, const typename D::event& what) {
                      { D::fold(std::move(now), what) } -> std::same_as<typename D::state>;
                  };

template <decider D>
struct loaded {
    typename D::state state{};
    stream_version version = 0;  ///< 0: there is no such aggregate
};

/// What came of a command. Without events nothing was appended and `last` is 0.
template <decider D>
struct executed {
    typename D::state state{};
    stream_version version = 0;
    log_position last = 0;
};

template <class Fault>
using execution_failure = std::variant<Fault, append_refusal>;

struct execution_terms {
    /// The version the caller saw; a conflict with it is the caller's, not retried.
    std::optional<stream_version> expected{};
    std::vector<append_guard> guards{};
    /// Decisions of one command while others are faster.
    int tries_max = 5;
};

/// Usable from every reactor; the store outlives it. Throws what the store throws, and undecodable.
template <decider D>
class repository {
public:
    explicit repository(event_store& store) : store_(store) {}

    task<loaded<D>> load(stream_id stream, deadline until) const {
        loaded<D> made;
        const auto history = co_await store_.read(stream, 0, until);
        for (const auto& each : history.events()) {
            made.state = D::fold(std::move(made.state),
                                 decode<typename D::event>(each.topic, each.state));
            made.version = each.version;
        }
        co_return made;
    }

    /// `decide` maps a state to the events that follow from the command, none when there is nothing
    /// to do, or to a fault of the domain. Pure: it may be asked more than once.
    template <class Fault>
    using decision = std::function<std::expected<std::vector<typename D::event>, Fault>(
        const typename D::state&)>;

    template <class Fault>
    task<std::expected<executed<D>, execution_failure<Fault>>> execute(
        stream_id stream, event_context context, deadline until, decision<Fault> decide,
        execution_terms terms = {}) const {
        for (int tries = 1;; ++tries) {
            auto now = co_await load(stream, until);
            if (terms.expected && *terms.expected != now.version)
                co_return std::unexpected(execution_failure<Fault>(
                    append_refusal(version_conflict{stream, *terms.expected, now.version})));
            auto decided = decide(now.state);
            if (!decided)
                co_return std::unexpected(execution_failure<Fault>(std::move(decided.error())));
            if (decided->empty())
                co_return executed<D>{std::move(now.state), now.version, 0};
            auto done = co_await store_.append(
                request(stream, now.version, *decided, context, terms), until);
            if (done) co_return after(std::move(now), *decided, *done);
            const bool raced = std::holds_alternative<version_conflict>(done.error());
            if (!raced || terms.expected || tries >= terms.tries_max || until.passed())
                co_return std::unexpected(execution_failure<Fault>(std::move(done.error())));
        }
    }

private:
    static append_request request(stream_id stream, stream_version expected,
                                  const std::vector<typename D::event>& events,
                                  const event_context& context, const execution_terms& terms) {
        append_request made{{{stream, expected, {}}}, context, terms.guards};
        for (const auto& each : events) made.streams[0].events.push_back(encode(each));
        return made;
    }
    static executed<D> after(loaded<D> before, const std::vector<typename D::event>& events,
                             const appended& done) {
        executed<D> made{std::move(before.state), before.version, done.last()};
        for (const auto& each : events) {
            made.state = D::fold(std::move(made.state), each);
            ++made.version;
        }
        return made;
    }

    event_store& store_;
};

}  // namespace headroom::eventsourcing
