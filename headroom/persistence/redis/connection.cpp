#include "headroom/persistence/redis/connection.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/redis/detail/link.hpp"
#include "headroom/persistence/redis/detail/sign_in.hpp"

namespace headroom::redis {
namespace asio = boost::asio;
namespace {

using persistence::closing_room;
using timer = asio::basic_waitable_timer<deadline::clock, asio::wait_traits<deadline::clock>,
                                         executor>;

constexpr std::size_t steps_max = 16'384;  // of one unit
constexpr std::size_t name_bytes_max = 63;

// The link by value: whoever is resumed before may destroy the connection.
task<value> send_held(std::shared_ptr<detail::link> on, const command& what, deadline until) {
    detail::operation caller;
    on->send(caller, {&what, 1}, until);
    co_await caller.finished();
    caller.require_answer();
    throw_if_error(caller.answer, what.name());
    co_return std::move(caller.answer);
}

task<value> send(std::shared_ptr<detail::link> on, command what, deadline until) {
    co_return co_await send_held(std::move(on), what, until);
}

task<std::vector<value>> send_unit(std::shared_ptr<detail::link> on, std::span<const command> what,
                                   deadline until) {
    detail::operation caller;
    on->send(caller, what, until);
    co_await caller.finished();
    caller.require_answer();
    if (!caller.several) caller.answers.push_back(std::move(caller.answer));
    co_return std::move(caller.answers);
}

// A server that is full, or has had enough of wrong passwords, answers the first command and hangs
// up: that answer says more than the loss.
task<std::vector<value>> send_first(std::shared_ptr<detail::link> on,
                                    const std::vector<command>& what, deadline until) {
    detail::operation caller;
    on->send(caller, what, until);
    co_await caller.finished();
    if (!caller.answers.empty()) throw_if_error(caller.answers.front(), what.front().name());
    caller.require_answer();
    co_return std::move(caller.answers);
}

}  // namespace

struct connection::body {
    body(reactor& on, budget::lease held, connection_options with)
        : home(on), unit(std::move(held)), options(std::move(with)), consumer(unit.consumer()) {
        closing_room::of(home);  // is there before the reactor ends
        renew();
    }

    /// Another socket for the same listeners.
    void renew() {
        auto next = std::make_shared<detail::link>(home, options, consumer);
        if (link) next->on_push = std::move(link->on_push);
        link = std::move(next);
    }

    task<void> sign_in(const connect_info& to, deadline until) {
        server = to.describe();
        co_await link->open(to, until);
        own_address = link->socket().own_address();
        link->begin();
        const auto asked = detail::sign_in_commands(to, options);
        auto said = detail::read_sign_in(to, asked, co_await send_first(link, asked, until),
                                         options);
        client_id = said.client_id;
        version = std::move(said.version);
        notes = std::move(said.notes);
        on_spare = said.on_spare;
    }

    /// One that was never accepted is gone: no server counts it.
    bool gone() const { return link->saw_end() || !link->socket().reached(); }
    persistence::overdue_client identity() const {
        return {server, options.name, client_id, own_address, deadline::clock::now()};
    }
    closing_room::ticket leave() {
        const int socket = link->end().take_out();
        return closing_room::of(home).enter(socket, std::move(unit), identity(), gone());
    }
    /// The unit for another socket; none when this one's end is not known by then.
    task<void> change_socket(deadline until) {
        const int socket = link->end().take_out();
        unit = co_await closing_room::of(home).pass_through(socket, std::move(unit), identity(),
                                                            gone(), until);
        renew();
    }

    reactor& home;
    budget::lease unit;
    connection_options options;
    std::string consumer;
    std::shared_ptr<detail::link> link;
    state now = state::closed;
    std::int64_t client_id = 0;
    std::string version, own_address, server;
    std::vector<std::string> notes;
    bool on_spare = false;
    deadline::clock::time_point opened_at{};
    std::move_only_function<void(const std::string&)> on_lost;
};

connection::connection(reactor& home, budget::lease unit, connection_options options)
    : body_(std::make_unique<body>(home, std::move(unit), std::move(options))) {
    BOOST_ASSERT_MSG(body_->options.name.size() <= name_bytes_max, "a name has 63 bytes or less");
}

connection::~connection() {
    if (!body_->unit || body_->now == state::closed) return;
    body_->link->on_lost = nullptr;
    body_->link->on_push = nullptr;
    body_->link->on_idle = nullptr;
    body_->leave();
}

task<void> connection::open(connect_info target, deadline until) {
    auto& body = *body_;
    BOOST_ASSERT_MSG(!target.is_sentinel(), "sentinels are asked before");
    BOOST_ASSERT_MSG(body.now == state::closed, "a connection is opened once");
    if (!body.unit) throw connection_lost("its unit waits for the close of another socket");
    body.now = state::connecting;
    try {
        co_await body.sign_in(target, until);
    } catch (...) {
        body.now = state::lost;
        body.leave();
        throw;
    }
    body.opened_at = deadline::clock::now();
    body.now = state::ready;
    body.link->on_lost = [&body](const std::string& why) {
        body.now = state::lost;
        body.leave();
        if (auto tell = std::move(body.on_lost)) tell(why);
    };
}

task<value> connection::ask_first(connect_info target, command what, deadline until) {
    auto& body = *body_;
    BOOST_ASSERT_MSG(body.now == state::closed, "asked before it is open");
    if (!body.unit) throw connection_lost("its unit waits for the close of another socket");
    body.now = state::connecting;
    value answer;
    std::exception_ptr failure;
    const auto needs_primary = std::exchange(body.options.needs_primary, false);
    try {
        co_await body.sign_in(target, until);
        answer = co_await send(body.link, std::move(what), until);
    } catch (...) {
        failure = std::current_exception();
    }
    body.options.needs_primary = needs_primary;
    body.now = state::closing;
    co_await body.change_socket(until);
    body.now = state::closed;
    if (failure) std::rethrow_exception(failure);
    co_return answer;
}

task<value> connection::run(command what, deadline until) {
    return send(body_->link, std::move(what), until);
}

task<value> connection::run_held(const command& what, deadline until) {
    return send_held(body_->link, what, until);
}

task<std::vector<value>> connection::run_unit(std::span<const command> what, deadline until) {
    BOOST_ASSERT_MSG(!what.empty() && what.size() <= steps_max, "a unit has 1 to 16384 commands");
    return send_unit(body_->link, what, until);
}

task<bool> connection::drain(deadline until) {
    const auto link = body_->link;
    if (link->idle()) co_return true;
    timer watch(body_->home.get_executor(), until.at());
    BOOST_ASSERT_MSG(!link->on_idle, "one coroutine drains a connection");
    struct listening {
        listening(detail::link& to, timer& bell) : of(to) {
            of.on_idle = [&bell] { bell.cancel(); };
        }
        ~listening() { of.on_idle = nullptr; }
        detail::link& of;
    } const here(*link, watch);
    boost::system::error_code ignored;
    co_await watch.async_wait(asio::redirect_error(use_task, ignored));
    co_return link->alive() && link->idle();
}

task<void> connection::close(deadline until) {
    auto& body = *body_;
    if (!body.unit || body.now == state::closed) co_return;
    body.link->on_lost = nullptr;
    auto& room = closing_room::of(body.home);
    auto ticket = body.leave();
    body.now = state::closed;
    co_await room.gone(std::move(ticket), until);  // the connection may be destroyed meanwhile
}

connection::state connection::is() const noexcept {
    if (body_->now == state::ready && !body_->link->alive()) return state::lost;
    return body_->now;
}

bool connection::idle() const noexcept { return is() == state::ready && body_->link->idle(); }
std::size_t connection::pending() const noexcept { return body_->link->pending(); }
std::size_t connection::unsent_bytes() const noexcept { return body_->link->unsent(); }
std::int64_t connection::client_id() const noexcept { return body_->client_id; }
const std::string& connection::server_version() const noexcept { return body_->version; }
const std::vector<std::string>& connection::notes() const noexcept { return body_->notes; }
bool connection::on_spare() const noexcept { return body_->on_spare; }
const std::string& connection::name() const noexcept { return body_->options.name; }
const std::string& connection::consumer() const noexcept { return body_->consumer; }
const connection_options& connection::options() const noexcept { return body_->options; }
deadline::clock::time_point connection::opened_at() const noexcept { return body_->opened_at; }
deadline::clock::time_point connection::last_used() const noexcept {
    return body_->link->last_used();
}
deadline::clock::time_point connection::last_heard() const noexcept {
    return body_->link->last_heard();
}
std::chrono::milliseconds connection::silent_for(deadline::clock::time_point now) const noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        now - body_->link->silent_since(now));
}
const std::string& connection::own_address() const noexcept { return body_->own_address; }
const std::string& connection::server() const noexcept { return body_->server; }
budget::lease& connection::unit() noexcept { return body_->unit; }
reactor& connection::home() noexcept { return body_->home; }

void connection::on_push(std::move_only_function<void(const value&)> listener) {
    body_->link->on_push = std::move(listener);
}

void connection::on_lost(std::move_only_function<void(const std::string& why)> listener) {
    body_->on_lost = std::move(listener);
}

}  // namespace headroom::redis
