// bench/served.hpp: a migrated database in memory, and the service's program on it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::bench {

/// Throws when the migration fails.
class served {
public:
    served();

    const testing::private_postgres& server() const noexcept { return server_; }
    /// Starts `headroom-service serve`, or another program with its settings, on `port`.
    std::unique_ptr<testing::child_process> start(unsigned short port,
                                                  std::vector<std::string> program = {}) const;

private:
    testing::program with_settings(std::vector<std::string> program) const;

    testing::private_postgres server_;
};

/// How long until /readyz of `port` answered 200; throws when it did not within 10 s.
std::chrono::duration<double, std::milli> until_ready(unsigned short port);

}  // namespace headroom::bench
