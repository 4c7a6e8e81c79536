#include "headroom/persistence/detail/control_body.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/persistence/read_server_facts.hpp"

namespace headroom::persistence {
namespace {

using clock = deadline::clock;
using namespace std::chrono_literals;

constexpr statement ping{"select 1"};
template <class List, class... Arguments>
void tell(List& listeners, const Arguments&... what) {
    for (auto& each : listeners) each(what...);
}

}  // namespace

task<void> control::body::connect(deadline until) {
    auto unit = grant.take();
    if (!unit) throw budget::refused(unit.error());
    connection_options options;
    options.application_name = terms.application_name;
    options.statement_cache_max = 16;
    options.pending_max = 256;
    options.keepalive_fast = true;
    options.ends_with_host = true;
    // A timeout of the server's configuration must not end the session that holds the locks.
    options.start_up = {"idle_session_timeout=0", "lock_timeout=1000"};
    auto fresh = std::make_shared<connection>(home, std::move(*unit), std::move(options));
    std::exception_ptr failure;
    try {
        co_await terms.through->open(*fresh, until);
        co_await accept(fresh, until);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure) co_return;
    on.reset();
    // The unit has to be back before the next attempt can have it.
    co_await fresh->close(deadline::after(1s));
    std::rethrow_exception(failure);
}

task<void> control::body::accept(std::shared_ptr<connection> fresh, deadline until) {
    auto found = co_await read_server_facts(*fresh, soon(until));
    if (found.through == route::pooled)
        throw pooler_in_the_way(fmt::format(
            "{} is a pooler: session locks and LISTEN get lost behind it; set HEADROOM_DIRECT_URL "
            "to the server itself, then DATABASE_URL may stay as it is",
            terms.through->target().describe()));
    const std::weak_ptr<body> self = weak_from_this();
    fresh->on_notification([self](const notification& what) {
        if (const auto alive = self.lock()) alive->deliver(what);
    });
    // Somebody may begin to listen while this waits. A standby refuses LISTEN.
    for (std::size_t i = 0; i < entries.size() && !found.in_recovery; ++i)
        if (const auto each = entries[i]; each->active)
            co_await register_channel(*fresh, each->channel, true, soon(until));
    on = std::move(fresh);
    ++connects;
    facts = std::move(found);
    tell(facts_listeners, facts);
    if (connects > 1) tell(restored_listeners);
}

task<void> control::body::read_facts(deadline until) {
    const auto with = require();
    facts = co_await read_server_facts(*with, soon(until));
    tell(facts_listeners, facts);
}

task<void> control::body::register_channel(connection& with, const std::string& channel,
                                           bool wanted, deadline until) {
    // The channel is an identifier: `[a-z_][a-z0-9_]*`.
    const auto text = fmt::format("{} \"{}\"", wanted ? "listen" : "unlisten", channel);
    co_await with.run(statement::from_file(text), {}, until);
}

task<void> control::body::tidy() {
    std::vector<std::string> left;
    for (const auto& each : entries)
        if (!each->active) left.push_back(each->channel);
    std::erase_if(entries, [](const auto& each) { return !each->active; });
    for (const auto& channel : left)
        if (std::ranges::none_of(entries, [&](const auto& e) { return e->channel == channel; }))
            co_await register_channel(*require(), channel, false, soon());
    for (const auto& each : std::vector(cares))
        co_await end_overdue_backends(*require(), *each.room, *each.of, terms.within.overdue,
                                      soon());
}

task<void> control::body::act(action what) {
    switch (what) {
        case action::connect:
            drop("the server is a standby");
            co_return co_await connect(deadline::after(terms.within.connect_ms_max));
        case action::read_facts:
            co_return co_await read_facts(soon());
        case action::tidy:
            co_return co_await tidy();
        case action::ping: {
            const auto with = require();
            co_await with->run(ping, {}, soon());
            co_return;
        }
        case action::sleep:
            co_return;
    }
}

task<void> control::body::loop() {
    const auto self = shared_from_this();
    while (!stopping) {
        if (on != nullptr && !connected()) drop("the server ended the connection");
        const auto what = schedule.next(clock::now(), connected(), facts.in_recovery);
        std::string broken;
        try {
            co_await act(what);
        } catch (const server_error& refused) {
            // A right we do not have costs that one thing; the connection is as good as before.
            if (what == action::connect) tell(refused_listeners, refused);
        } catch (const std::exception& failed) {
            broken = failed.what();
        }
        if (!broken.empty()) drop(broken);
        schedule.done(what, clock::now());
        if (!stopping) co_await sleep_until(deadline::after(terms.within.turn_ms));
    }
    looping = false;
}

void control::body::drop(const std::string& why) {
    if (on == nullptr) return;
    on.reset();
    locks.clear();
    tell(lost_listeners, why);
}

void control::body::deliver(const notification& what) {
    const entry_list now = entries;
    for (const auto& each : now)
        if (each->active && each->channel == what.channel) each->listener(what);
}

}  // namespace headroom::persistence
