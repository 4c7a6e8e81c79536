#include "headroom/tasks/schema.hpp"

#include <boost/assert.hpp>

namespace headroom::tasks {

std::span<const persistence::migration_file> embedded_sql();  // written by cmake/embed_sql.cmake

persistence::migration_file schema() {
    BOOST_ASSERT(embedded_sql().size() == 1);
    return embedded_sql().front();
}

}  // namespace headroom::tasks
