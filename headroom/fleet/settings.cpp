#include "headroom/fleet/settings.hpp"

namespace headroom::fleet {
namespace {

constexpr std::size_t database_bytes_max = 63;

persistence::connect_info in_database(persistence::connect_info server, const std::string& name) {
    if (!name.empty()) server.database = name;
    return server;
}

}  // namespace

fleet_settings read_settings(setting_reader& from, const persistence::connect_info& serve,
                             const persistence::connect_info& migrate) {
    const auto name =
        from.text({.name = "HEADROOM_FLEET_DATABASE",
                   .length_max = database_bytes_max,
                   .doc = "The database of the fleet's ledger, on the server of DATABASE_URL: the "
                          "same for all services of that server. By default the service's own."});
    fleet_settings made{in_database(serve, name), in_database(migrate, name), false};
    made.elsewhere = made.ledger.database != serve.database;
    return made;
}

}  // namespace headroom::fleet
