#include "headroom/persistence/connection.hpp"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>

#include "headroom/persistence/canceller.hpp"
#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/detail/dial.hpp"
#include "headroom/persistence/detail/link.hpp"

namespace headroom::persistence {
namespace asio = boost::asio;
namespace {

using timer = asio::basic_waitable_timer<deadline::clock, asio::wait_traits<deadline::clock>,
                                         executor>;
using ending = detail::operation::ending;

constexpr std::string_view plan_changed = "0A000";      // "cached plan must not change result type"
constexpr std::string_view unknown_statement = "26000"; // the server forgot it, or never had it
constexpr std::size_t steps_max = 1024;                 // under one Sync

// A statement whose plan is out of date did not run, nor did its unit, so outside a transaction it
// may be sent again, once, and is then prepared anew. A read may be repeated when a neighbour's
// failure took it along.
bool may_repeat(const detail::operation& was, detail::link& on) {
    if (was.how != ending::answered || !was.error) return false;
    const char* code = PQresultErrorField(was.error.get(), PG_DIAG_SQLSTATE);
    if (code == nullptr) return was.read;
    const bool changed = code == plan_changed, unknown = code == unknown_statement;
    if (!changed && !unknown) return false;
    if (was.failed == 0 || was.failed > was.prepared_before) return false;
    on.forget(was.failed, changed);
    return !on.in_transaction();
}

void require_within(const detail::link& on, const detail::operation& was, const statement& text) {
    if (was.how == ending::too_large) throw result_too_large(text.text(), on.result_bytes_max());
}

// The link by value: whoever is resumed before may destroy the connection.
task<rows> send(std::shared_ptr<detail::link> on, const statement& text, parameters values,
                bool read, deadline until) {
    {
        detail::operation caller;
        caller.read = read;
        on->send_one(caller, text, values, until);
        co_await caller.finished();
        require_within(*on, caller, text);
        if (!may_repeat(caller, *on)) co_return caller.take();
    }
    detail::operation again;
    on->send_one(again, text, values, until);
    co_await again.finished();
    require_within(*on, again, text);
    co_return again.take();
}

// Of a unit it is the first step that is not answered.
void require_within(const detail::link& on, const detail::operation& was,
                    std::span<const step> steps) {
    require_within(on, was, *steps[std::min(was.answers.size(), steps.size() - 1)].text);
}

task<std::vector<rows>> send_unit(std::shared_ptr<detail::link> on, std::span<const step> steps,
                                  deadline until) {
    {
        detail::operation caller;
        on->send(caller, steps, until);
        co_await caller.finished();
        require_within(*on, caller, steps);
        if (!may_repeat(caller, *on)) co_return caller.take_all();
    }
    detail::operation again;
    on->send(again, steps, until);
    co_await again.finished();
    require_within(*on, again, steps);
    co_return again.take_all();
}

}  // namespace

struct connection::body {
    body(reactor& on, budget::lease held, connection_options with)
        : home(on), unit(std::move(held)), options(std::move(with)),
          link(std::make_shared<detail::link>(on, options)), consumer(unit.consumer()) {}

    closing_room::ticket leave() {
        const bool at_work = link->raw() != nullptr;
        if (at_work) dialled.pg = link->end();
        const bool gone = at_work ? link->saw_end() : dialled.gone();
        return closing_room::of(home).enter(dialled.pg.release(), std::move(unit),
                                            options.application_name, gone);
    }

    reactor& home;
    budget::lease unit;
    connection_options options;
    detail::dialled dialled;  // while connecting
    std::shared_ptr<detail::link> link;
    std::string consumer;
    state now = state::closed;
    int pid = 0;
    deadline::clock::time_point opened_at{};
    std::move_only_function<void(const std::string&)> on_lost;
};

connection::connection(reactor& home, budget::lease unit, connection_options options)
    : body_(std::make_unique<body>(home, std::move(unit), std::move(options))) {
    BOOST_ASSERT_MSG(body_->unit, "a connection starts from a lease");
    BOOST_ASSERT(body_->options.application_name.size() <= 63);
    BOOST_ASSERT_MSG(body_->options.result_bytes_max > 0 &&
                         body_->options.result_bytes_max <= connection_options::result_bytes_limit,
                     "a result has a bound of 1 GiB or less");
}

connection::~connection() {
    if (!body_->unit || body_->now == state::closed) return;
    body_->link->on_lost = nullptr;
    body_->link->on_notification = nullptr;
    body_->link->on_idle = nullptr;
    body_->leave();
}

task<void> connection::open(connect_info target, deadline until) {
    auto& body = *body_;
    BOOST_ASSERT_MSG(body.now == state::closed && body.unit, "a connection is opened once");
    body.now = state::connecting;
    try {
        co_await detail::dial(body.home, target, body.options, until, body.dialled);
    } catch (...) {
        body.now = state::lost;
        body.leave();
        throw;
    }
    body.pid = PQbackendPID(body.dialled.pg.get());
    body.opened_at = deadline::clock::now();
    body.now = state::ready;
    body.link->on_lost = [&body](const std::string& why) {
        body.now = state::lost;
        body.leave();
        if (auto tell = std::move(body.on_lost)) tell(why);
    };
    body.link->begin(std::move(body.dialled.pg));
}

task<rows> connection::run(const statement& text, parameters values, deadline until) {
    if (const auto* echo = body_->options.echo) (*echo)(text.text());
    return send(body_->link, text, std::move(values), false, until);
}

task<rows> connection::run_read(const statement& text, parameters values, deadline until) {
    if (const auto* echo = body_->options.echo) (*echo)(text.text());
    return send(body_->link, text, std::move(values), true, until);
}

task<std::vector<rows>> connection::run_unit(std::span<const step> steps, deadline until) {
    BOOST_ASSERT_MSG(!steps.empty() && steps.size() <= steps_max, "a unit has 1 to 1024 steps");
    if (const auto* echo = body_->options.echo)
        for (const auto& each : steps) (*echo)(each.text->text());
    return send_unit(body_->link, steps, until);
}

task<void> connection::cancel(deadline until) {
    BOOST_ASSERT_MSG(body_->options.cancels != nullptr, "this connection has no canceller");
    if (!body_->link->alive()) throw connection_lost("the connection is not open");
    co_await body_->options.cancels->send(body_->home, body_->link->raw(), until);
}

task<bool> connection::drain(deadline until) {
    const auto link = body_->link;
    if (link->order().empty()) co_return true;
    timer watch(body_->home.get_executor(), until.at());
    BOOST_ASSERT_MSG(!link->on_idle, "one coroutine drains a connection");
    struct listening {
        explicit listening(detail::link& to, timer& bell) : of(to) {
            of.on_idle = [&bell] { bell.cancel(); };
        }
        ~listening() { of.on_idle = nullptr; }
        detail::link& of;
    } const here(*link, watch);
    boost::system::error_code ignored;
    co_await watch.async_wait(asio::redirect_error(use_task, ignored));
    co_return link->alive() && link->order().empty();
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

bool connection::idle() const noexcept {
    return is() == state::ready && body_->link->order().empty() && !in_transaction();
}

bool connection::in_transaction() const noexcept { return body_->link->in_transaction(); }
std::size_t connection::pending() const noexcept { return body_->link->order().pending(); }
int connection::backend_pid() const noexcept { return body_->pid; }
const std::string& connection::application_name() const noexcept {
    return body_->options.application_name;
}
const std::string& connection::consumer() const noexcept { return body_->consumer; }
deadline::clock::time_point connection::opened_at() const noexcept { return body_->opened_at; }
deadline::clock::time_point connection::last_used() const noexcept {
    return body_->link->last_used();
}
std::chrono::milliseconds connection::silent_for(deadline::clock::time_point now) const noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        now - body_->link->silent_since(now));
}
budget::lease& connection::unit() noexcept { return body_->unit; }
reactor& connection::home() noexcept { return body_->home; }

void connection::on_notification(std::move_only_function<void(const notification&)> listener) {
    body_->link->on_notification = std::move(listener);
}

void connection::on_lost(std::move_only_function<void(const std::string& why)> listener) {
    body_->on_lost = std::move(listener);
}

}  // namespace headroom::persistence
