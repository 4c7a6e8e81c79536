#include "headroom/persistence/redis/detail/overdue.hpp"

#include "headroom/persistence/closing_room.hpp"

namespace headroom::redis::detail {
namespace {

using persistence::closing_room;
using persistence::overdue_client;

constexpr std::chrono::milliseconds overdue_ms{1000};
constexpr std::size_t guests_a_turn_max = 64;

bool is_called(std::string_view client_line, const std::string& name) {
    return client_line.contains(" name=" + name + " ");
}

// By its number, which a restarted server gives again; so the name has to fit.
task<bool> has_gone(connection& on, const overdue_client& who, deadline until) {
    const auto list = co_await on.run(command("CLIENT", "LIST", "ID", who.id), until);
    if (!is_called(list.text(), who.name)) co_return true;
    (void)co_await on.run(command("CLIENT", "KILL", "ID", who.id), until);
    co_return false;  // the next look tells
}

// By its address, where nothing on the way translates them: only then is it what the server sees.
task<bool> has_gone_unnamed(connection& on, const overdue_client& who, deadline until) {
    if (who.own_address.empty() || on.own_address().empty()) co_return false;
    const auto self = co_await on.run(command("CLIENT", "INFO"), until);
    if (!self.text().contains(" addr=" + on.own_address() + " ")) co_return false;
    const auto ended = co_await on.run(command("CLIENT", "KILL", "ADDR", who.own_address), until);
    co_return ended.number() == 0;
}

}  // namespace

task<void> end_overdue_clients(reactor& home, connection& on, deadline until) {
    auto& room = closing_room::of(home);
    auto overdue = room.overdue(on.server(), deadline::clock::now() - overdue_ms);
    if (overdue.size() > guests_a_turn_max) overdue.resize(guests_a_turn_max);
    for (const auto& each : overdue) {
        const bool gone = each.id != 0 ? co_await has_gone(on, each, until)
                                       : co_await has_gone_unnamed(on, each, until);
        if (gone) room.release(each);
    }
}

void forget_former_servers(reactor& home, const std::vector<std::string>& former,
                           const std::string& now) {
    auto& room = closing_room::of(home);
    for (const auto& server : former)
        if (server != now)
            for (const auto& each : room.overdue(server, deadline::clock::now()))
                room.release(each);
}

}  // namespace headroom::redis::detail
