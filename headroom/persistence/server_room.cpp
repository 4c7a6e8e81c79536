#include "headroom/persistence/server_room.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::persistence {
namespace {

template <class Matches>
std::uint64_t held_by_others(const server_facts& of, Matches matches) {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        of.backends, [&](const backend& each) { return !each.own && matches(each); }));
}

std::string slots_written_out(const server_facts& of, bool superuser, bool uses_reserved) {
    auto text = fmt::format("max_connections {}", *of.number("max_connections"));
    if (superuser) return text;
    text += fmt::format(" - {} superuser_reserved_connections",
                        of.number("superuser_reserved_connections").value_or(0));
    const auto reserved = of.number("reserved_connections").value_or(0);
    if (reserved > 0 && !uses_reserved) text += fmt::format(" - {} reserved_connections", reserved);
    return text;
}

inequality of_server(const server_facts& of, bool superuser, bool uses_reserved) {
    inequality server{bound_by::server, "server", slots_written_out(of, superuser, uses_reserved)};
    server.limit = *of.number("max_connections");
    const auto reserved = reserved_slots(of, superuser, uses_reserved).value_or(0);
    server.usable = server.limit > reserved ? server.limit - reserved : 0;
    server.held = held_by_others(of, [](const backend&) { return true; });
    return server;
}

inequality of_role(const server_facts& of, const role_facts& role) {
    inequality one{bound_by::role, "role " + role.name,
                   fmt::format("CONNECTION LIMIT {} of role {}", *role.limit, role.name)};
    one.limit = one.usable = *role.limit;
    one.held = held_by_others(of, [&](const backend& each) { return each.role == role.name; });
    return one;
}

inequality of_database(const server_facts& of, const database_facts& database) {
    inequality one{
        bound_by::database, "database " + database.name,
        fmt::format("CONNECTION LIMIT {} of database {}", *database.limit, database.name)};
    one.limit = one.usable = *database.limit;
    one.held =
        held_by_others(of, [&](const backend& each) { return each.database == database.name; });
    return one;
}

bool uses_reserved(const server_facts& of, std::string_view role) {
    return role == of.reader.role && of.reader.uses_reserved_slots;
}

}  // namespace

const inequality* room::binding() const noexcept {
    const auto at = std::ranges::min_element(all, {}, &inequality::usable);
    return at == all.end() ? nullptr : &*at;
}

const inequality* room::binding_now() const noexcept {
    const auto at = std::ranges::min_element(all, {}, &inequality::free);
    return at == all.end() ? nullptr : &*at;
}

budget::figure reserved_slots(const server_facts& of, bool superuser, bool uses_reserved) {
    if (superuser) return 0;
    const auto for_superusers = of.number("superuser_reserved_connections");
    if (!for_superusers) return {};
    // The setting exists from PostgreSQL 16 on; older servers have nothing of the kind.
    const auto for_members = of.number("reserved_connections").value_or(0);
    return *for_superusers + (uses_reserved ? 0 : for_members);
}

room room_for(const server_facts& of) { return room_for(of, of.reader.role, of.reader.database); }

room room_for(const server_facts& of, std::string_view role_name, std::string_view database_name) {
    const auto* role = of.role(role_name);
    const bool superuser = role != nullptr && role->superuser;
    const bool reserved = uses_reserved(of, role_name);
    room answer;
    if (!of.number("max_connections") || !reserved_slots(of, superuser, reserved)) {
        answer.why_unknown = "max_connections or its reserved slots could not be read";
        return answer;
    }
    answer.all.push_back(of_server(of, superuser, reserved));
    const auto* database = of.database(database_name);
    if (!superuser && role != nullptr && role->limit) answer.all.push_back(of_role(of, *role));
    if (!superuser && database != nullptr && database->limit)
        answer.all.push_back(of_database(of, *database));
    answer.usable = answer.binding()->usable;
    answer.free = answer.binding_now()->free();
    return answer;
}

}  // namespace headroom::persistence
