// command/catalogue.hpp: what well-known libraries open when nobody tells them, as data.
//
// catalogue.yaml is built into the command and installed beside it; --catalogue FILE adds pools or
// replaces those of the same name. docs/catalogue.md describes every key.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "command/yaml_tree.hpp"
#include "headroom/budget/plan.hpp"

namespace headroom::command {

inline constexpr std::size_t pools_max = 500;      ///< of one catalogue
inline constexpr std::size_t pool_words_max = 32;  ///< names in one list of a pool
inline constexpr unsigned cpus_max = 4'096;

/// What a Redis client is for: a cache may be emptied at any time, a queue never.
enum class redis_use { unsaid, cache, queue };

/// How a library follows an event log: a poller is what runners replaced, and both together handle
/// every event twice.
enum class log_reading { unsaid, runner, poller };

/// A library's pool: its size by default, how it is recognised, and what changes it.
struct catalogue_pool {
    std::string name;   ///< "sqlalchemy", "praecepta.event_store"
    std::string title;  ///< "SQLAlchemy, QueuePool"
    std::string times;  ///< what there is one of it for: "engine"
    std::string source, note;
    bool verified = false;  ///< the default was read in the source
    redis_use use = redis_use::unsaid;
    log_reading follows = log_reading::unsaid;
    /// Sizes, multiplicity and resource; a size that follows the processors is computed by sized().
    budget::consumer open;
    unsigned per_cpu = 0, least = 0;
    std::vector<std::string> schemes, signs, urls;  ///< how it is recognised, whose URL it takes
    std::vector<std::string> replaces;  ///< pools that this one is built on: not counted twice
    std::vector<std::string> pool_settings, overflow_settings, instance_settings;
    std::string pool_parameter, overflow_parameter;  ///< of the URL

    /// "praecepta" of "praecepta.event_store".
    std::string_view library() const noexcept;
    /// The default pool on a machine of so many processors; none when it has no bound.
    budget::figure sized(unsigned cpus) const noexcept;
};

struct catalogue {
    std::vector<catalogue_pool> pools;
    std::vector<std::string> worker_settings;  ///< that say how many processes a replica has
    std::vector<std::string> prefix_settings;  ///< that keep keys in Redis apart, as patterns

    /// Those of `more` take the place of ours where the names are equal.
    void add(catalogue more);
    bool knows_library(std::string_view name) const noexcept;
    std::vector<std::string_view> libraries() const;  ///< each once
};

/// The catalogue, or every fault in the order of its lines.
std::expected<catalogue, std::vector<fault>> read_catalogue(const std::string& text);

/// The text of catalogue.yaml as it was when the command was built.
std::string_view embedded_catalogue();

/// Every key of a pool.
std::vector<std::string_view> pool_keys();

}  // namespace headroom::command
