// testing/detail/postgres_template.hpp: one initdb per build, copied by every test server.
#pragma once
#include <filesystem>
#include <string>

namespace headroom::testing::detail {

/// Copies an initialised data directory to `into`, which must not exist, and gives it to the
/// server's user. The first caller of a build runs initdb; others wait for it (flock).
void copy_fresh_cluster(const std::string& initdb, const std::filesystem::path& into);

}  // namespace headroom::testing::detail
