#include "headroom/eventsourcing/settings.hpp"

#include <algorithm>

#include "headroom/persistence/settings.hpp"

namespace headroom::eventsourcing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr unsigned store_pool_max = 50, store_overflow_max = 100;
constexpr unsigned projection_pool_max = 20, projection_overflow_max = 20;
constexpr unsigned port_max = 65535;
constexpr unsigned feed_connections = 1;

void read_store_sizes(setting_reader& from, event_store_settings& to) {
    to.pool = from.count({.name = "POSTGRES_POOL_SIZE",
                          .fallback = 2,
                          .min = 1,
                          .max = store_pool_max,
                          .doc = "Connections the event store always has."});
    to.overflow =
        from.optional_count({.name = "POSTGRES_MAX_OVERFLOW",
                             .max = store_overflow_max,
                             .doc = "The most the event store may borrow from the reserve."},
                            "the whole reserve");
}

void read_projection_sizes(setting_reader& from, event_store_settings& to) {
    const auto all = from.count(
        {.name = "POSTGRES_PROJECTION_POOL_SIZE",
         .fallback = 3,
         .min = 1,
         .max = projection_pool_max,
         .doc = "Connections of all projections of a process together: the feed's one, and the "
                "writers."});
    if (all == feed_connections)
        from.warn("POSTGRES_PROJECTION_POOL_SIZE",
                  "leaves no writer beside the feed; 2 connections are planned");
    to.writers = std::max(all, feed_connections + 1) - feed_connections;
    to.catch_up = from.optional_count({.name = "POSTGRES_PROJECTION_MAX_OVERFLOW",
                                       .max = projection_overflow_max,
                                       .doc = "What catching up may borrow from the reserve."},
                                      "the whole reserve");
    to.runners_max = from.count(
        {.name = "MAX_PROJECTION_RUNNERS",
         .fallback = 8,
         .max = projection_runners_most,
         .doc = "Projections a process runs at most; one more refuses to start; 0: none here."});
}

void read_projector(setting_reader& from, const persistence::connect_info& serve,
                    event_store_settings& to) {
    to.projector = persistence::read_other_login(
        from, "HEADROOM_PROJECTOR_URL",
        "The same database as a login that may become headroom_projector, for the writers of read "
        "models; else DATABASE_URL.",
        serve);
    to.own_projector = from.is_set("HEADROOM_PROJECTOR_URL");
}

// What an existing deployment's .env may name besides: checked, so that it is read as a whole.
void read_other_names(setting_reader& from) {
    for (const std::string_view name : {"POSTGRES_DBNAME", "POSTGRES_USER"})
        from.text({.name = name, .length_max = 63, .doc = "Not used: DATABASE_URL decides."});
    from.hidden({.name = "POSTGRES_PASSWORD", .doc = "Not used: DATABASE_URL decides."});
    from.text(
        {.name = "POSTGRES_HOST", .length_max = 255, .doc = "Not used: DATABASE_URL decides."});
    from.count({.name = "POSTGRES_PORT",
                .fallback = 5432,
                .min = 1,
                .max = port_max,
                .doc = "Not used: DATABASE_URL decides."});
    from.text({.name = "POSTGRES_SCHEMA",
               .fallback = "public",
               .length_max = 63,
               .doc = "Not used: the search path of the login decides."});
    from.text({.name = "PERSISTENCE_MODULE", .doc = "Not used: events are kept in PostgreSQL."});
    from.flag(
        {.name = "CREATE_TABLE", .fallback = true, .doc = "Not used: migrate creates tables."});
    from.flag(
        {.name = "POSTGRES_PRE_PING", .doc = "Not used: a lost connection is noticed anyway."});
    from.flag({.name = "POSTGRES_SINGLE_ROW_TRACKING",
               .fallback = true,
               .doc = "Not used: a projection has one checkpoint."});
    from.optional_count(
        {.name = "POSTGRES_MAX_CONNECTIONS", .min = 1, .doc = "Not used: the server is asked."},
        "asked of the server");
}

void read_other_times(setting_reader& from) {
    from.duration({.name = "POSTGRES_CONN_MAX_AGE",
                   .fallback = minutes(10),
                   .min = minutes(1),
                   .max = hours(24),
                   .doc = "Not used: DATABASE_POOL_RECYCLE decides."});
    from.duration({.name = "POSTGRES_CONNECT_TIMEOUT",
                   .fallback = seconds(30),
                   .min = seconds(5),
                   .max = minutes(5),
                   .doc = "Not used: an attempt to connect has 5 s, then the next."});
    from.duration({.name = "POSTGRES_IDLE_IN_TRANSACTION_SESSION_TIMEOUT",
                   .fallback = seconds(5),
                   .min = seconds(1),
                   .max = hours(1),
                   .doc = "Not used: a transaction of the store is one round trip."});
    from.duration({.name = "POSTGRES_LOCK_TIMEOUT",
                   .fallback = seconds(5),
                   .max = hours(1),
                   .doc = "Not used: appending takes no lock of the table."});
}

}  // namespace

event_store_settings read_event_store_settings(setting_reader& from,
                                               const persistence::connect_info& serve) {
    event_store_settings made;
    read_store_sizes(from, made);
    read_projection_sizes(from, made);
    read_projector(from, serve, made);
    read_other_names(from);
    read_other_times(from);
    return made;
}

event_pools pools_of(const event_store_settings& with, const persistence::connect_info& serve,
                     bool appends) {
    return {.appends = appends,
            .projects = with.runners_max > 0,
            .store = with.pool,
            .store_overflow = with.overflow,
            .writers = with.writers,
            .catch_up_overflow = with.catch_up,
            .role = serve.user,
            .projector_role = with.projector.user};
}

}  // namespace headroom::eventsourcing
