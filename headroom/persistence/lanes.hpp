// persistence/lanes.hpp: shared connections for short statements, many in flight on each.
//
// The first half of the async engine. A statement on a lane shares its connection with whoever
// else has something to say, so it must be short (the server ends it after statement_ms_max) and
// must leave nothing behind: no transaction, no SET, no LISTEN, no cursor, no COPY. Those take a
// session.
// A caller whose deadline passes abandons its statement; neighbours are not disturbed.
//
//     auto name = co_await db.lanes().one<std::string>(name_of, until, id);
//     auto row = co_await db.lanes().one<tenant_row>(tenant, find_by_slug, until, slug);
//     auto all = co_await db.lanes().reads().all<tenant_row>(list_tenants, until);
//
// A tenant-scoped statement and the setting that scopes it travel under one Sync: one round trip.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/lane_bounds.hpp"
#include "headroom/persistence/tenant.hpp"

namespace headroom::persistence {

namespace detail {
class lane_group;
}

/// Resolves the server's name, waits its turn at a server that is down, connects and signs in.
/// Called on the connection's reactor; throws as connection::open does.
using lane_opener = std::function<task<void>(connection&, deadline)>;

struct lane_settings {
    std::string application_name{};  ///< of the consumer, see application_name.hpp
    /// Behind PgBouncer's transaction pooling: nothing is prepared or set, and a lane carries one
    /// statement at a time, the others queue. PgBouncer 1.18 lost answers of clients that had sent
    /// on beyond a Sync (measured: in 6 of 10 runs of a load, and in none with one at a time).
    bool pooled = false;
    lane_bounds bounds{};
    const statement_listener* echo = nullptr;  ///< outlives the lanes
    budget::fact_source more{};                ///< for every refusal, e.g. server_note's
};

/// A moment of the lanes, and what they counted since their start.
struct lane_figures {
    unsigned lanes = 0;      ///< ready
    unsigned borrowed = 0;   ///< of these, from the reserve
    unsigned fading = 0;     ///< carry nothing new; closed once their last answer is in
    unsigned opening = 0;
    std::size_t pending = 0; ///< statements in flight
    std::size_t waiting = 0; ///< callers while no lane is up, or, behind a pooler, free
    std::uint64_t answered = 0;  ///< of the statements, by the server: errors of its own too
    std::uint64_t statements = 0, opened = 0, failed = 0, lost = 0, suspected = 0;
};

/// What one can ask, once for each way of sending. Arguments are encoded before the first
/// suspension. Throws server_error, connection_lost, deadline_passed, budget::refused (too many
/// statements or callers, or closing) and unexpected_result.
template <class Sender>
class lane_verbs {
public:
    template <class... Values>
    task<rows> run(statement text, deadline until, const Values&... values) const {
        return self().send(std::nullopt, text, parameters::of(values...), until);
    }
    template <class... Values>
    task<rows> run(tenant_id tenant, statement text, deadline until,
                   const Values&... values) const {
        return self().send(std::move(tenant), text, parameters::of(values...), until);
    }
    /// Exactly one row, as T::from(row) or the value of its only column.
    template <class T, class... Values>
    task<T> one(statement text, deadline until, const Values&... values) const {
        return as_one<T>(run(text, until, values...));
    }
    template <class T, class... Values>
    task<T> one(tenant_id tenant, statement text, deadline until, const Values&... values) const {
        return as_one<T>(run(std::move(tenant), text, until, values...));
    }
    /// None or one.
    template <class T, class... Values>
    task<std::optional<T>> optional(statement text, deadline until,
                                    const Values&... values) const {
        return as_optional<T>(run(text, until, values...));
    }
    template <class T, class... Values>
    task<std::optional<T>> optional(tenant_id tenant, statement text, deadline until,
                                    const Values&... values) const {
        return as_optional<T>(run(std::move(tenant), text, until, values...));
    }
    template <class T, class... Values>
    task<std::vector<T>> all(statement text, deadline until, const Values&... values) const {
        return as_all<T>(run(text, until, values...));
    }
    template <class T, class... Values>
    task<std::vector<T>> all(tenant_id tenant, statement text, deadline until,
                             const Values&... values) const {
        return as_all<T>(run(std::move(tenant), text, until, values...));
    }

private:
    friend Sender;  // nobody else may be one
    lane_verbs() = default;

    const Sender& self() const noexcept { return static_cast<const Sender&>(*this); }
    template <class T>
    static task<T> as_one(task<rows> answer) {
        static_assert(!std::same_as<T, std::string_view>, "the rows it points into are gone");
        co_return (co_await std::move(answer)).template one<T>();
    }
    template <class T>
    static task<std::optional<T>> as_optional(task<rows> answer) {
        static_assert(!std::same_as<T, std::string_view>, "the rows it points into are gone");
        co_return (co_await std::move(answer)).template optional<T>();
    }
    template <class T>
    static task<std::vector<T>> as_all(task<rows> answer) {
        static_assert(!std::same_as<T, std::string_view>, "the rows it points into are gone");
        co_return (co_await std::move(answer)).template all<T>();
    }
};

/// Statements may be sent from any reactor, and run on the caller's own lanes when it has some;
/// start() and stop() too. Figures from any thread. Outlives every call.
class lanes : public lane_verbs<lanes> {
public:
    /// The floor of `share` is spread over `homes`, at least one lane on the first; loans are
    /// placed where they are needed. `homes` must outlive the lanes.
    lanes(std::vector<reactor*> homes, budget::grant share, lane_opener opener,
          const lane_settings& settings);
    ~lanes();
    lanes(const lanes&) = delete;
    lanes& operator=(const lanes&) = delete;

    /// Opens the floor. Throws what connection::open throws, or deadline_passed; the lanes go on
    /// trying until stop().
    task<void> start(deadline until);
    /// Refuses new statements, waits for those in flight, closes. On the deadline the rest is given
    /// up. Idempotent, also without start.
    task<void> stop(deadline until);

    /// The same verbs for statements that only read: those of one turn of the reactor share a Sync,
    /// which halves what they cost. One that fails, or is lost with its connection, is repeated.
    class reader : public lane_verbs<reader> {
    public:
        explicit reader(const lanes& by) noexcept : by_(&by) {}
        task<rows> send(std::optional<tenant_id> tenant, statement text, parameters values,
                        deadline until) const;

    private:
        const lanes* by_;
    };
    reader reads() const noexcept { return reader(*this); }

    task<rows> send(std::optional<tenant_id> tenant, statement text, parameters values,
                    deadline until) const;

    /// Replaces every connection of now: the server changed its role. Where the reserve has a unit,
    /// a loan bridges the time until the floor is up again; the old ones still answer what is in
    /// flight. From any thread; returns at once.
    void retire_all();

    lane_figures figures() const;

private:
    detail::lane_group& nearest() const;
    task<rows> send_once(std::optional<tenant_id> tenant, statement text, parameters values,
                         bool read, deadline until) const;

    budget::grant share_;
    lane_opener opener_;
    std::vector<std::unique_ptr<detail::lane_group>> groups_;
};

}  // namespace headroom::persistence
