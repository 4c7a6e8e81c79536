#include "service/schema.hpp"

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/eventsourcing/schema.hpp"
#include "headroom/fleet/schema.hpp"
#include "headroom/tasks/schema.hpp"

namespace headroom::service {

std::span<const persistence::migration_file> embedded_sql();  // written by cmake/embed_sql.cmake

namespace {

constexpr std::string_view fleet_names[] = {"0007_fleet_ledger.sql", "0008_fleet_room.sql",
                                            "0009_fleet_membership.sql", "0010_fleet_lending.sql",
                                            "0012_fleet_standby.sql"};

/// The service's own files, and the packages' under their numbers among them.
std::vector<persistence::migration_file> all_files() {
    const auto own = embedded_sql();
    std::vector<persistence::migration_file> all(own.begin(), own.end());
    all.push_back({"0003_events.sql", eventsourcing::schema().text});
    all.push_back({"0011_task_outbox.sql", tasks::schema().text});
    const auto fleet = fleet::schema();
    BOOST_ASSERT_MSG(fleet.size() == std::size(fleet_names), "each file has its number");
    for (std::size_t i = 0; i < fleet.size(); ++i)
        all.push_back({fleet_names[i], fleet[i].text});
    std::ranges::sort(all, {}, &persistence::migration_file::name);
    return all;
}

std::vector<persistence::migration> parsed(std::span<const persistence::migration_file> files) {
    auto made = persistence::migrations_of(files);
    BOOST_ASSERT_MSG(made, "the migrations built in are well-formed");
    return *std::move(made);
}

}  // namespace

const std::vector<persistence::migration>& schema() {
    static const auto files = parsed(all_files());
    return files;
}

const std::vector<persistence::migration>& fleet_schema() {
    static const auto files = parsed(fleet::schema());
    return files;
}

int schema_version() { return schema().back().version; }

}  // namespace headroom::service
