#include "service/schema.hpp"

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/eventsourcing/schema.hpp"

namespace headroom::service {

std::span<const persistence::migration_file> embedded_sql();  // written by cmake/embed_sql.cmake

namespace {

/// The service's own files, and the event store's under its number among them.
std::vector<persistence::migration_file> all_files() {
    const auto own = embedded_sql();
    std::vector<persistence::migration_file> all(own.begin(), own.end());
    all.push_back({"0003_events.sql", eventsourcing::schema().text});
    std::ranges::sort(all, {}, &persistence::migration_file::name);
    return all;
}

}  // namespace

const std::vector<persistence::migration>& schema() {
    static const auto files = [] {
        auto parsed = persistence::migrations_of(all_files());
        BOOST_ASSERT_MSG(parsed, "the migrations built in are well-formed");
        return *std::move(parsed);
    }();
    return files;
}

int schema_version() { return schema().back().version; }

}  // namespace headroom::service
