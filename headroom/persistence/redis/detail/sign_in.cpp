#include "headroom/persistence/redis/detail/sign_in.hpp"

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/persistence/redis/error.hpp"

namespace headroom::redis::detail {
namespace {

constexpr std::string_view default_user = "default";
constexpr std::size_t version_bytes_max = 32;

std::string text_of(const value& map, std::string_view key) {
    const auto found = map.find(key);
    return found && found->is() == kind::text ? std::string(found->text()) : std::string();
}

void read_hello(const value& said, const connection_options& with, signed_in& into) {
    throw_if_error(said, "HELLO");
    if (!said.has_elements()) throw connection_lost("HELLO was not answered as by Redis");
    if (const auto id = said.find("id"); id && id->is() == kind::number)
        into.client_id = id->number();
    into.version = text_of(said, "version").substr(0, version_bytes_max);
    if (with.needs_primary && text_of(said, "role") != "master")
        throw connection_lost("the server is a replica, not the primary");
}

/// Not a server that is busy, or another than it was: there it would be there later.
bool has_no_database(const server_error& why) {
    const std::string_view said = why.what();
    return why.is(code::no_permission) || said.contains("out of range") ||
           said.contains("cluster mode");
}

}  // namespace

std::vector<command> sign_in_commands(const connect_info& to, const connection_options& with) {
    std::vector<command> list;
    command hello("HELLO", 3);
    if (!to.password.empty() || !to.user.empty())
        hello.add("AUTH")
            .add(to.user.empty() ? default_user : to.user)
            .add(to.password.reveal());
    if (!with.name.empty()) hello.add("SETNAME").add(with.name);
    list.push_back(std::move(hello));
    const auto spare = to.spare_database.value_or(0);  // where it stays when the other is refused
    if (spare != 0) list.emplace_back("SELECT", spare);
    if (to.database != spare) list.emplace_back("SELECT", to.database);
    if (with.no_evict) list.emplace_back("CLIENT", "NO-EVICT", "ON");
    list.emplace_back("PING");  // LOADING and MASTERDOWN let HELLO pass, and little else
    return list;
}

signed_in read_sign_in(const connect_info& to, std::span<const command> asked,
                       std::span<const value> answers, const connection_options& with) {
    BOOST_ASSERT(asked.size() == answers.size());
    const auto last_select = std::ranges::find(asked.rbegin(), asked.rend(), "SELECT",
                                               &command::name);
    signed_in found;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const auto name = asked[i].name();
        if (name == "HELLO") {
            read_hello(answers[i], with, found);
        } else if (answers[i].is_error()) {
            const server_error why(answers[i].text(), name);
            if (to.spare_database && asked.rend() - last_select == static_cast<long>(i) + 1 &&
                has_no_database(why)) {
                found.on_spare = true;
                continue;
            }
            if (name == "SELECT" || why.is_of_wrong_server()) throw why;
            if (name == "CLIENT")
                found.notes.push_back("the server may end it when memory is short: " +
                                      std::string(why.what()));
        }
    }
    return found;
}

}  // namespace headroom::redis::detail
