#include "headroom/persistence/pool_figures.hpp"

#include <fmt/format.h>

namespace headroom::persistence {

std::string leak::message() const {
    return fmt::format("{} since {} ms at {}, last: {}", holder.empty() ? "unnamed" : holder,
                       age.count(), site, last_statement.empty() ? "nothing yet" : last_statement);
}

}  // namespace headroom::persistence
