#include "service/schema.hpp"

#include <boost/assert.hpp>
#include <span>

namespace headroom::service {

std::span<const persistence::migration_file> embedded_sql();  // written by cmake/embed_sql.cmake

const std::vector<persistence::migration>& schema() {
    static const auto files = [] {
        auto parsed = persistence::migrations_of(embedded_sql());
        BOOST_ASSERT_MSG(parsed, "the migrations built in are well-formed");
        return *std::move(parsed);
    }();
    return files;
}

int schema_version() { return schema().back().version; }

}  // namespace headroom::service
