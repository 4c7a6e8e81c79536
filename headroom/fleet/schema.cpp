#include "headroom/fleet/schema.hpp"

#include <boost/assert.hpp>

namespace headroom::fleet {

std::span<const persistence::migration_file> embedded_sql();  // written by cmake/embed_sql.cmake

std::span<const persistence::migration_file> schema() {
    BOOST_ASSERT_MSG(!embedded_sql().empty(), "the files are built into the program");
    return embedded_sql();
}

}  // namespace headroom::fleet
