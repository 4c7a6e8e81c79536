// persistence/settings.hpp: which database, as whom, and with how many connections.
//
// The names are those an existing deployment has; `*_POOL_SIZE` is a consumer's floor and
// `*_MAX_OVERFLOW` caps what it may borrow from the reserve, which it never enlarges.
#pragma once
#include <chrono>
#include <optional>

#include "headroom/budget/plan.hpp"
#include "headroom/persistence/connect_info.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::persistence {

/// Lanes gain little beyond this: each carries many statements at once.
inline constexpr unsigned lanes_max = 4;

/// DATABASE_ASYNC_POOL_SIZE as the two floors of the async engine. Half are lanes, rounded down,
/// at least one and at most lanes_max; the rest are sessions: 1 = 1+0 (a transaction borrows),
/// 2 = 1+1, 3 = 1+2, 10 = 4+6.
struct async_split {
    unsigned lanes = 1, sessions = 1;
    bool operator==(const async_split&) const = default;
};
async_split split_async_pool(unsigned size);

/// A *_MAX_OVERFLOW as a plan's terms: unset borrows from the whole reserve, 0 from nothing.
budget::overflow_terms burst_terms(std::optional<unsigned> overflow_max);

/// What DATABASE_URL is where HEADROOM_DIRECT_URL is set: a ledger of its own, of the pooler's
/// clients, beside the one of the server's connections.
inline constexpr char pooler_resource[] = "postgres:pooler";
/// What the pooler lets in: its console, which could tell, is not for those it serves.
inline constexpr char pooler_limit_setting[] = "HEADROOM_POOLER_LIMIT";

struct database_settings {
    /// The server itself as the app role: HEADROOM_DIRECT_URL, else DATABASE_URL.
    connect_info serve;
    /// DATABASE_URL where that is a transaction pooler's: the way of queries and appends.
    std::optional<connect_info> pooler{};
    std::optional<unsigned> pooler_limit{};  ///< clients the pooler lets in; none: not known
    connect_info migrate;  ///< HEADROOM_MIGRATE_URL, else as `serve`
    std::chrono::milliseconds migrate_timeout{3'600'000};  ///< for all files of one `migrate`
    async_split async;
    std::optional<unsigned> async_overflow;  ///< of lanes and sessions, each
    unsigned sync_pool = 1;                  ///< 0: no sync engine
    std::optional<unsigned> sync_overflow;
    std::chrono::milliseconds pool_timeout{30'000};     ///< the longest wait for a connection
    std::chrono::milliseconds pool_recycle{3'600'000};  ///< the oldest a connection gets
    std::chrono::milliseconds session_hold{30'000};     ///< the longest hold of a borrowed session
    bool echo = false;  ///< statements in the log, without their values

    /// Whose units queries and appends draw: "postgres", or the pooler's.
    const char* query_resource() const noexcept { return pooler ? pooler_resource : "postgres"; }
};

/// Declares and reads them. Faults are kept by the reader; `serve` and `migrate` are only to be
/// used once it is sealed without any.
database_settings read_database_settings(setting_reader& from);

/// The same database under another login, from a variable of its own; `otherwise` where it is not
/// set.
connect_info read_other_login(setting_reader& from, std::string_view variable,
                              std::string_view doc, const connect_info& otherwise);

}  // namespace headroom::persistence
