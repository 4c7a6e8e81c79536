#include "headroom/persistence/detail/dial.hpp"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>

#include "headroom/persistence/detail/borrowed_descriptor.hpp"

namespace headroom::persistence::detail {
namespace asio = boost::asio;
namespace {

// How long sent bytes may stay unacknowledged. A blackholed connection is to be replaced within
// two seconds; control gives a dead server up after four (it must precede the server's seven).
constexpr int unacknowledged_ms = 1500, unacknowledged_control_ms = 4000;

// The server's side of the same: probes after 5 s of silence, an end after 7 s, also while bytes it
// has sent are unacknowledged, when no probes are sent. Without effect on a unix socket.
constexpr const char* server_gives_up[] = {"tcp_keepalives_idle=5", "tcp_keepalives_interval=1",
                                           "tcp_keepalives_count=3", "tcp_user_timeout=7000"};

// In the startup packet's `options` a blank ends a setting and a backslash escapes.
std::string escaped(std::string_view setting) {
    std::string safe;
    for (const char each : setting) {
        if (each == ' ' || each == '\\') safe.push_back('\\');
        safe.push_back(each);
    }
    return safe;
}

void add_setting(std::string& options, std::string_view setting) {
    if (!options.empty()) options += ' ';
    options += "-c " + escaped(setting);
}

void add_keepalive(connect_info& target, bool fast) {
    auto& with = target.options;
    with.emplace("keepalives_idle", "5");
    with.emplace("keepalives_interval", "1");
    with.emplace("keepalives_count", "3");
    with.emplace("tcp_user_timeout",
                 std::to_string(fast ? unacknowledged_control_ms : unacknowledged_ms));
}

task<void> wait_for(borrowed_descriptor& socket, PostgresPollingStatusType wanted) {
    const auto how = wanted == PGRES_POLLING_READING ? asio::posix::descriptor_base::wait_read
                                                     : asio::posix::descriptor_base::wait_write;
    boost::system::error_code ignored;  // libpq finds out itself; the deadline looks at the clock
    co_await socket->async_wait(how, asio::redirect_error(use_task, ignored));
}

// libpq may close the descriptor in any step and open another one under the same number.
task<void> sign_in(dialled& with, borrowed_descriptor& socket, deadline until) {
    PGconn* pg = with.pg.get();
    auto wanted = PGRES_POLLING_WRITING;
    while (wanted != PGRES_POLLING_OK) {
        socket.borrow(PQsocket(pg));
        co_await wait_for(socket, wanted);
        socket.give_back();
        if (until.passed())
            throw deadline_passed("the connection could not be opened in time");
        wanted = PQconnectPoll(pg);
        if (wanted == PGRES_POLLING_FAILED) throw_connect_error(pg);
        with.reached = PQstatus(pg) != CONNECTION_STARTED;
    }
}

}  // namespace

connect_keywords keywords_of(connect_info target, const connection_options& options) {
    std::string settings = target.options["options"];
    if (options.statement_timeout.count() > 0)
        add_setting(settings,
                    fmt::format("statement_timeout={}", options.statement_timeout.count()));
    if (options.ends_with_host)
        for (const auto* each : server_gives_up) add_setting(settings, each);
    for (const auto& each : options.start_up) add_setting(settings, each);
    target.options["options"] = settings;
    if (!target.is_unix_socket()) add_keepalive(target, options.keepalive_fast);
    return target.to_keywords(options.application_name);
}

task<void> dial(reactor& home, const connect_info& target, const connection_options& options,
                deadline until, dialled& into) {
    BOOST_ASSERT_MSG(target.has_address(), "a connection resolves no names");
    const auto keywords = keywords_of(target, options);
    into.pg.reset(PQconnectStartParams(keywords.keywords(), keywords.values(), 0));
    PGconn* pg = into.pg.get();
    if (pg == nullptr) throw std::bad_alloc();
    if (PQstatus(pg) == CONNECTION_BAD) throw_connect_error(pg);
    PQsetErrorVerbosity(pg, PQERRORS_SQLSTATE);
    PQsetNoticeReceiver(pg, [](void*, const PGresult*) {}, nullptr);

    borrowed_descriptor socket(home.get_executor());
    alarm bell([&socket] {
        if (socket.is_open()) socket->cancel();
    });
    home.arm(bell, until);
    co_await sign_in(into, socket, until);
    const bool pipelined = PQsetnonblocking(pg, 1) == 0 && PQenterPipelineMode(pg) == 1;
    if (!pipelined) throw connection_lost(first_line(PQerrorMessage(pg)));
}

}  // namespace headroom::persistence::detail
