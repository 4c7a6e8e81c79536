// persistence/detail/control_body.hpp: the part of control that lives as long as its loop.
#pragma once
#include <list>

#include "headroom/persistence/control.hpp"

namespace headroom::persistence {

struct control::subscription::entry {
    std::string channel;
    std::move_only_function<void(const notification&)> listener;
    bool active = true;
};

struct control::body : std::enable_shared_from_this<control::body> {
    body(reactor& on, budget::grant unit, control_terms with)
        : home(on), grant(std::move(unit)), terms(std::move(with)), schedule(terms.within) {
        cares.push_back({&closing_room::of(home), &grant.book()});
    }

    /// Where guests of a ledger wait.
    struct care {
        closing_room* room;
        const budget::ledger* of;
        bool operator==(const care&) const = default;
    };
    using action = detail::control_schedule::action;
    using entry_list = std::vector<std::shared_ptr<subscription::entry>>;

    reactor& home;
    budget::grant grant;
    const control_terms terms;
    detail::control_schedule schedule;
    std::shared_ptr<connection> on;  // kept by whoever waits for an answer of it
    server_facts facts;
    unsigned connects = 0;
    bool looping = false, stopping = false;
    std::vector<advisory_lock> locks;
    entry_list entries;
    std::vector<care> cares;
    // Lists: a listener may add another one.
    std::list<std::move_only_function<void(const server_facts&)>> facts_listeners;
    std::list<std::move_only_function<void(const std::string&)>> lost_listeners;
    std::list<std::move_only_function<void()>> restored_listeners;
    std::list<std::move_only_function<void(const server_error&)>> refused_listeners;

    bool connected() const { return on != nullptr && on->is() == connection::state::ready; }
    deadline soon(deadline until) const { return until.at_most(terms.within.statement_ms_max); }
    deadline soon() const { return deadline::after(terms.within.statement_ms_max); }

    std::shared_ptr<connection> require() const {
        if (!connected()) throw connection_lost("the control connection is not up at this moment");
        return on;
    }

    task<void> connect(deadline until);
    task<void> accept(std::shared_ptr<connection> fresh, deadline until);
    task<void> read_facts(deadline until);
    task<void> register_channel(connection& with, const std::string& channel, bool wanted,
                                deadline until);
    task<void> tidy();
    task<void> act(action what);
    task<void> loop();
    void drop(const std::string& why);
    void deliver(const notification& what);
};

}  // namespace headroom::persistence
