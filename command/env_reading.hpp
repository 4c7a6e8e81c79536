// command/env_reading.hpp: what a service opens according to its settings and the catalogue.
//
// Pure. A pool is recognised by the names of settings, by the scheme or a parameter of a URL, or
// because the operator named its library. Every number keeps its origin; no value of a setting is
// repeated but sizes, and no URL but without its secrets.
#pragma once
#include <string>
#include <vector>

#include "command/catalogue.hpp"
#include "command/service_url.hpp"
#include "headroom/fleet/finding.hpp"
#include "headroom/runtime/dotenv.hpp"

namespace headroom::command {

inline constexpr unsigned cpus_assumed = 4;  ///< where nobody says and a default follows them

/// One service's settings.
struct env_source {
    std::string service;  ///< "web"
    std::string label;    ///< "web.env", with which lines are named
    dotenv text;
};

struct env_terms {
    const catalogue& known;
    std::vector<std::string> libraries;  ///< that are there whatever the settings say
    unsigned cpus = 0;                   ///< of the machine it runs on; 0: not known
    bool workers_said = false;           ///< the command line says how many processes there are
};

/// A number, and where it comes from: "default", "web.env:3", "DATABASE_URL in web.env:2".
struct sized_figure {
    budget::figure units;
    bool unbounded = false;
    std::string from = "default";
    std::string setting;  ///< that set it; empty for a default
};

/// A pool that a service opens.
struct env_pool {
    budget::consumer open;  ///< "postgres" or "redis" until servers are told apart, or "threads"
    std::string service, title, variable, target;
    std::string server;  ///< "db:5432"; empty when no URL was found
    redis_use use = redis_use::unsaid;
    log_reading follows = log_reading::unsaid;
    sized_figure pool, overflow;
    unsigned times = 1;
    std::string times_from;
};

struct env_reading {
    std::vector<env_pool> pools;
    std::vector<env_pool> threads;  ///< nobody's server's
    fleet::advice says;
};

env_reading read_environment(const env_source& from, const env_terms& terms);

/// Names the resources: "postgres" where all pools of a kind share a server, else
/// "postgres:db1.example". Fills in `resource` of each pool and returns the names.
std::vector<std::string> name_resources(std::vector<env_reading>& all);

}  // namespace headroom::command
