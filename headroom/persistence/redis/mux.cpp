#include "headroom/persistence/redis/mux.hpp"

#include <algorithm>

#include "headroom/persistence/redis/detail/keeper.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::redis {
namespace {

detail::keeper_terms keeping(const mux_terms& of) {
    return {of.options, of.connect_ms_max, of.ping_idle_ms, of.ping_ms_max};
}

bool is_of_wrong_server(const value& answer) {
    return answer.is_error() && server_error(answer.text(), "").is_of_wrong_server();
}

}  // namespace

struct mux::body : std::enable_shared_from_this<mux::body> {
    body(reactor& on, budget::grant share, door& through, mux_terms with)
        : home(on), way(through), terms(std::move(with)),
          keeping(std::make_shared<detail::keeper>(on, std::move(share), through,
                                                   redis::keeping(terms))) {}

    task<std::vector<value>> run_unit(std::vector<command> what, deadline until, sending how);
    task<value> run(command what, deadline until, sending how);
    task<value> run_held(const command& what, deadline until, sending how);
    task<std::shared_ptr<connection>> ready(std::size_t commands, std::size_t bytes,
                                            deadline until);
    void require_room(std::size_t commands, std::size_t bytes);
    bool is_to_repeat(const connection_lost& lost, sending how, deadline until);
    bool is_for_another_server(const connection& on, deadline until);
    task<void> settle(deadline until);

    reactor& home;
    const door& way;
    const mux_terms terms;
    const std::shared_ptr<detail::keeper> keeping;
    std::size_t waiting = 0, waiting_bytes = 0, running = 0;
    std::uint64_t commands = 0, repeated = 0, refused = 0;
    bool stopping = false;
    deadline::clock::time_point replaced_at{};
};

void mux::body::require_room(std::size_t more, std::size_t bytes) {
    const bool many = waiting + more > terms.waiting_max;
    const bool large = waiting_bytes + bytes > terms.waiting_bytes_max;
    if (!stopping && !many && !large) return;
    ++refused;
    using reason = budget::refusal_reason;
    auto why = keeping->refuse(stopping ? reason::closing : reason::queue_full);
    why.waiting = static_cast<unsigned>(waiting);
    if (many) why.more.line = std::to_string(terms.waiting_max) + " commands may wait";
    if (large)
        why.more.line = std::to_string(waiting_bytes) + " bytes of commands wait, at most " +
                        std::to_string(terms.waiting_bytes_max);
    if (const auto& error = keeping->last_error(); !error.empty()) why.more.line += "; " + error;
    throw budget::refused(std::move(why));
}

/// The connection to use, waited for within bounds.
task<std::shared_ptr<connection>> mux::body::ready(std::size_t more, std::size_t bytes,
                                                   deadline until) {
    if (!stopping)
        if (auto on = keeping->current()) co_return on;
    require_room(more, bytes);
    struct place {
        place(body& in, std::size_t with, std::size_t size) : of(in), count(with), bytes(size) {
            of.waiting += count;
            of.waiting_bytes += bytes;
        }
        ~place() {
            of.waiting -= count;
            of.waiting_bytes -= bytes;
        }
        body& of;
        const std::size_t count, bytes;
    } const here(*this, more, bytes);
    while (true) {
        co_await keeping->wait(until);
        if (auto on = keeping->current()) co_return on;
        if (keeping->stopping()) require_room(0, 0);
    }
}

bool mux::body::is_to_repeat(const connection_lost& lost, sending how, deadline until) {
    if (lost.may_have_run() && how == sending::once) return false;
    if (until.passed() || stopping) return false;
    ++repeated;
    return true;
}

/// It did not run here. Who is behind this address is asked again, though not in a circle: without
/// sentinels the same server may answer again.
bool mux::body::is_for_another_server(const connection& on, deadline until) {
    const auto now = deadline::clock::now();
    const bool knows_better = keeping->way().target().is_sentinel();
    if (!knows_better && now - replaced_at < std::chrono::seconds(1)) return false;
    replaced_at = now;
    keeping->replace(on);
    if (until.passed() || stopping) return false;
    ++repeated;
    return true;
}

task<value> mux::body::run(command what, deadline until, sending how) {
    co_return co_await run_held(what, until, how);
}

task<value> mux::body::run_held(const command& what, deadline until, sending how) {
    const auto self = shared_from_this();
    ++commands;
    while (true) {
        const auto on = co_await ready(1, what.bytes(), until);
        try {
            co_return co_await on->run_held(what, until);
        } catch (const connection_lost& lost) {
            if (!is_to_repeat(lost, how, until)) throw;
        } catch (const server_error& said) {
            if (!said.is_of_wrong_server() || !is_for_another_server(*on, until)) throw;
        }
    }
}

task<std::vector<value>> mux::body::run_unit(std::vector<command> what, deadline until,
                                             sending how) {
    const auto self = shared_from_this();
    commands += what.size();
    std::size_t bytes = 0;
    for (const auto& each : what) bytes += each.bytes();
    while (true) {
        const auto on = co_await ready(what.size(), bytes, until);
        try {
            auto answers = co_await on->run_unit(what, until);
            // Sent again only when none of it has run.
            const bool some = std::ranges::any_of(answers, is_of_wrong_server);
            const bool none_ran = some && std::ranges::all_of(answers, is_of_wrong_server);
            if (!some || !is_for_another_server(*on, until) || !none_ran) co_return answers;
        } catch (const connection_lost& lost) {
            if (!is_to_repeat(lost, how, until)) throw;
        }
    }
}

task<void> mux::body::settle(deadline until) {
    stopping = true;
    if (const auto on = keeping->current()) co_await on->drain(until);
    co_await keeping->stop(until);
}

mux::mux(reactor& home, budget::grant share, door& through, mux_terms with)
    : body_(std::make_shared<body>(home, std::move(share), through, std::move(with))) {}

mux::~mux() = default;

void mux::start() { body_->keeping->start(); }

task<void> mux::up(deadline until) {
    return on_reactor(body_->home, body_->keeping->connected(until));
}

task<void> mux::stop(deadline until) {
    return on_reactor(body_->home, body_->settle(until));
}

task<value> mux::run(command what, deadline until, sending how) {
    auto asked = body_->run(std::move(what), until, how);
    if (body_->home.is_current()) return asked;
    return on_reactor(body_->home, std::move(asked));
}

task<value> mux::run_held(const command& what, deadline until, sending how) {
    auto asked = body_->run_held(what, until, how);
    if (body_->home.is_current()) return asked;
    return on_reactor(body_->home, std::move(asked));
}

task<std::vector<value>> mux::run_unit(std::vector<command> what, deadline until, sending how) {
    auto asked = body_->run_unit(std::move(what), until, how);
    if (body_->home.is_current()) return asked;
    return on_reactor(body_->home, std::move(asked));
}

void mux::on_reconnected(std::function<void()> listener) {
    body_->keeping->on_up = [tell = std::move(listener)](bool again) {
        if (again) tell();
    };
}

void mux::on_down(std::function<void(const std::string&)> listener) {
    body_->keeping->on_down = std::move(listener);
}

mux_figures mux::figures() const {
    const auto on = body_->keeping->current();
    mux_figures made;
    made.connected = on != nullptr;
    made.pending = on ? on->pending() : 0;
    made.waiting = body_->waiting;
    made.waiting_bytes = body_->waiting_bytes;
    made.commands = body_->commands;
    made.repeated = body_->repeated;
    made.refused = body_->refused;
    made.connects = body_->keeping->connects();
    made.failures = body_->keeping->failures();
    made.last_error = body_->keeping->last_error();
    return made;
}

bool mux::on_spare() const noexcept { return body_->way.on_spare(); }

reactor& mux::home() noexcept { return body_->home; }

std::shared_ptr<detail::keeper> mux::keeper() const noexcept { return body_->keeping; }

}  // namespace headroom::redis
