#include "headroom/persistence/closing_room.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>

namespace headroom::persistence {
namespace asio = boost::asio;
namespace {

constexpr int reads_a_turn_max = 16;  // so that a server that still sends cannot hold the reactor

using timer = asio::basic_waitable_timer<deadline::clock, asio::wait_traits<deadline::clock>,
                                         executor>;

// What the other side of a socket has told us so far.
enum class far_end { silent, gone, unreachable };

far_end look(int socket) {
    std::array<char, 16384> rest;
    for (int i = 0; i < reads_a_turn_max; ++i) {
        const auto got = ::recv(socket, rest.data(), rest.size(), MSG_DONTWAIT);
        if (got > 0) continue;  // answers nobody waits for any more
        if (got == 0) return far_end::gone;
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return far_end::silent;
        return errno == ECONNRESET || errno == EPIPE ? far_end::gone : far_end::unreachable;
    }
    return far_end::silent;
}

// PQfinish says goodbye and closes its own descriptor; the duplicate keeps the socket, and so the
// server's end of file, within reach. The shutdown reaches a server whose goodbye got stuck.
int part(PGconn* from) {
    const int theirs = from == nullptr ? -1 : PQsocket(from);
    const int ours = theirs < 0 ? -1 : ::fcntl(theirs, F_DUPFD_CLOEXEC, 0);
    PQfinish(from);
    if (ours >= 0) ::shutdown(ours, SHUT_WR);
    return ours;
}

}  // namespace

struct closing_room::guest {
    guest(const executor& on, budget::lease held, identity who)
        : socket(on), unit(std::move(held)), is(std::move(who)) {}

    asio::posix::basic_stream_descriptor<executor> socket;
    budget::lease unit;
    const identity is;
    bool present = true;
    bool returns = false;  // its unit goes to who waits, and not back to the ledger
    timer* watcher = nullptr;  // of the one coroutine that waits for this guest
};

namespace {

// The coroutine that waits may be destroyed while it does.
struct watching {
    watching(closing_room::guest& of, timer& with) : whom(of) {
        BOOST_ASSERT_MSG(of.watcher == nullptr, "one coroutine waits for a close");
        of.watcher = &with;
    }
    ~watching() { whom.watcher = nullptr; }
    closing_room::guest& whom;
};

}  // namespace

asio::execution_context::id closing_room::id;

closing_room& closing_room::of(reactor& home) {
    return asio::use_service<closing_room>(home.context());
}

closing_room::closing_room(asio::execution_context& context)
    : service(context), context_(static_cast<asio::io_context&>(context)) {}

closing_room::~closing_room() = default;

closing_room::ticket closing_room::enter(pg_conn* from, budget::lease unit,
                                         std::string application_name, bool gone) {
    const int pid = from == nullptr ? 0 : PQbackendPID(from);
    overdue_backend who{std::move(application_name), pid, deadline::clock::now()};
    unit.begin_closing();
    return enter(part(from), std::move(unit), identity(std::move(who)), gone, false);
}

closing_room::ticket closing_room::enter(int socket, budget::lease unit, overdue_client who,
                                         bool gone) {
    unit.begin_closing();
    if (socket >= 0) ::shutdown(socket, SHUT_WR);
    return enter(socket, std::move(unit), identity(std::move(who)), gone, false);
}

task<budget::lease> closing_room::pass_through(int socket, budget::lease unit, overdue_client who,
                                               bool is_gone, deadline until) {
    if (socket >= 0) ::shutdown(socket, SHUT_WR);
    const auto guest = enter(socket, std::move(unit), identity(std::move(who)), is_gone, true);
    if (co_await gone(guest, until)) co_return std::move(guest->unit);
    guest->returns = false;
    guest->unit.begin_closing();
    co_return budget::lease();
}

closing_room::ticket closing_room::enter(int socket, budget::lease unit, identity is, bool gone,
                                         bool returns) {
    auto who = std::make_shared<guest>(context_.get_executor(), std::move(unit), std::move(is));
    who->returns = returns;
    if (socket >= 0 && !shut_) who->socket.assign(socket);
    else if (socket >= 0) ::close(socket);
    const auto seen = gone ? far_end::gone : socket < 0 ? far_end::unreachable : look(socket);
    {
        std::scoped_lock lock(mutex_);
        guests_.push_back(who);
    }
    if (seen == far_end::gone || shut_) leave(who);
    else if (seen == far_end::silent) listen(who);
    return who;
}

void closing_room::listen(ticket to) {
    auto& socket = to->socket;
    socket.async_wait(asio::posix::descriptor_base::wait_read,
                      [this, who = std::move(to)](boost::system::error_code failed) {
                          if (failed || !who->present) return;
                          const auto seen = look(who->socket.native_handle());
                          if (seen == far_end::gone) return leave(who);
                          if (seen == far_end::silent) return listen(who);
                          who->socket.close(failed);  // no news will come; control has to look
                      });
}

void closing_room::leave(const ticket& who) {
    {
        std::scoped_lock lock(mutex_);
        if (!std::exchange(who->present, false)) return;
        std::erase(guests_, who);
    }
    boost::system::error_code ignored;
    if (who->socket.is_open()) who->socket.close(ignored);
    if (!who->returns) who->unit = {};  // after the close, never before
    if (who->watcher != nullptr) who->watcher->cancel();
}

task<bool> closing_room::gone(ticket of, deadline until) {
    if (!of->present) co_return true;
    timer watch(context_.get_executor(), until.at());
    const watching here(*of, watch);
    boost::system::error_code ignored;
    co_await watch.async_wait(asio::redirect_error(use_task, ignored));
    co_return !of->present;
}

task<void> closing_room::settle(std::string_view consumer, deadline until) {
    std::vector<ticket> theirs;
    {
        std::scoped_lock lock(mutex_);
        std::ranges::copy_if(guests_, std::back_inserter(theirs), [&](const ticket& each) {
            return each->unit.consumer() == consumer;
        });
    }
    for (const auto& each : theirs)
        if (!co_await gone(each, until)) leave(each);
}

std::size_t closing_room::size() const {
    std::scoped_lock lock(mutex_);
    return guests_.size();
}

std::vector<overdue_backend> closing_room::overdue(const budget::ledger& of,
                                                   deadline::clock::time_point before) const {
    std::vector<overdue_backend> list;
    std::scoped_lock lock(mutex_);
    for (const auto& each : guests_)
        if (const auto* who = std::get_if<overdue_backend>(&each->is);
            who && who->since < before && each->unit.is_of(of))
            list.push_back(*who);
    return list;
}

std::vector<overdue_client> closing_room::overdue(std::string_view server,
                                                  deadline::clock::time_point before) const {
    std::vector<overdue_client> list;
    std::scoped_lock lock(mutex_);
    for (const auto& each : guests_)
        if (const auto* who = std::get_if<overdue_client>(&each->is);
            who && who->server == server && who->since < before)
            list.push_back(*who);
    return list;
}

void closing_room::release(const overdue_backend& confirmed_gone) {
    release(identity(confirmed_gone));
}

void closing_room::release(const overdue_client& confirmed_gone) {
    release(identity(confirmed_gone));
}

void closing_room::release(identity confirmed_gone) {
    asio::post(context_, [this, confirmed_gone = std::move(confirmed_gone)] {
        ticket who;
        {
            std::scoped_lock lock(mutex_);
            const auto at = std::ranges::find(guests_, confirmed_gone,
                                              [](const ticket& each) { return each->is; });
            if (at != guests_.end()) who = *at;
        }
        if (who) leave(who);
    });
}

// The reactor ends. Suspended waits end with it; the sockets close, and so do the backends.
void closing_room::shutdown() {
    shut_ = true;
    std::vector<ticket> rest;
    {
        std::scoped_lock lock(mutex_);
        rest = guests_;
    }
    for (const auto& each : rest) leave(each);
}

}  // namespace headroom::persistence
