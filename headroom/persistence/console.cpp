#include "headroom/persistence/console.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/detail/borrowed_descriptor.hpp"
#include "headroom/persistence/detail/dial.hpp"
#include "headroom/persistence/detail/visit_home.hpp"

namespace headroom::persistence {
namespace {

namespace asio = boost::asio;

/// Waits until the socket can be read; throws when it cannot in time.
task<void> readable(reactor& home, PGconn* pg, deadline until) {
    detail::borrowed_descriptor socket(home.get_executor());
    socket.borrow(PQsocket(pg));
    alarm bell([&socket] {
        if (socket.is_open()) socket->cancel();
    });
    home.arm(bell, until);
    boost::system::error_code ignored;  // libpq finds out itself; the deadline looks at the clock
    co_await socket->async_wait(asio::posix::descriptor_base::wait_read,
                                asio::redirect_error(use_task, ignored));
    if (until.passed()) throw deadline_passed("the console keeps silent");
}

void take_rows(console_table& into, const PGresult* from) {
    for (int column = 0; column < PQnfields(from); ++column)
        into.columns.emplace_back(PQfname(from, column));
    for (int row = 0; row < PQntuples(from); ++row) {
        if (into.rows.size() >= console_rows_max) return void(into.cut = true);
        auto& values = into.rows.emplace_back();
        for (int column = 0; column < PQnfields(from); ++column)
            values.emplace_back(PQgetvalue(from, row, column));
    }
}

task<console_table> ask_console(reactor& home, PGconn* pg, std::string command, deadline until) {
    if (PQsendQuery(pg, command.c_str()) != 1)
        throw connection_lost(detail::first_line(PQerrorMessage(pg)));
    console_table table;
    while (true) {
        while (PQflush(pg) == 1 || PQisBusy(pg) == 1) {
            co_await readable(home, pg, until);
            if (PQconsumeInput(pg) != 1)
                throw connection_lost(detail::first_line(PQerrorMessage(pg)));
        }
        const detail::result_handle result(PQgetResult(pg));
        if (!result) co_return table;
        if (PQresultStatus(result.get()) == PGRES_TUPLES_OK)
            take_rows(table, result.get());
        else if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR)
            table.error = detail::first_line(PQresultErrorMessage(result.get()));
    }
}

}  // namespace

const std::string& console_table::value(std::size_t row, std::string_view column) const {
    static const std::string none;
    const auto at = std::ranges::find(columns, column);
    if (at == columns.end()) return none;
    return rows[row][static_cast<std::size_t>(at - columns.begin())];
}

struct console_visit::body {
    body(const visit_terms& terms, deadline until) : of(terms), at(terms, until) {}

    bool open() const { return static_cast<bool>(unit); }

    /// What has a socket goes on closing in the background.
    void give_up() {
        const bool gone = with.gone();
        closing_room::of(at.home()).enter(with.pg.release(), std::move(unit), of.application_name,
                                          gone);
        with = {};
    }

    task<void> open_at(const connect_info& target, deadline until) {
        connection_options options;
        options.application_name = of.application_name;
        unit = at.unit();
        std::exception_ptr failure;
        try {
            co_await detail::dial(at.home(), target, options, until, with);
            PQexitPipelineMode(with.pg.get());
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure) co_return;
        give_up();
        std::rethrow_exception(failure);
    }

    /// The next address only when nobody answered at this one.
    task<void> open_at_each(deadline until) {
        auto left = static_cast<std::int64_t>(at.targets().size());
        for (const auto& each : at.targets()) {
            try {
                co_return co_await open_at(each, until.at_most(until.left() / left--));
            } catch (const server_error&) {
                throw;
            } catch (const std::exception&) {
                if (left == 0 || until.passed()) throw;
            }
        }
    }

    task<void> ask_all(std::span<const std::string_view> commands,
                       std::vector<console_table>& into, deadline until) {
        if (!open()) co_await open_at_each(until);
        std::exception_ptr failure;
        try {
            for (const auto each : commands)
                into.push_back(
                    co_await ask_console(at.home(), with.pg.get(), std::string(each), until));
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure) co_return;
        give_up();
        std::rethrow_exception(failure);
    }

    task<void> leave(deadline gone_by) {
        if (open()) give_up();
        co_await closing_room::of(at.home()).settle(of.consumer, gone_by);
    }

    const visit_terms& of;
    detail::visit_home at;
    budget::lease unit;
    detail::dialled with;  // closed before its unit goes
};

console_visit::console_visit(visit_terms terms, std::chrono::milliseconds goodbye)
    : terms_(std::move(terms)), goodbye_(goodbye) {}

console_visit::~console_visit() {
    if (!body_) return;
    body_->at.home().run_blocking([&] { return body_->leave(deadline::after(goodbye_)); });
}

std::vector<console_table> console_visit::ask(std::span<const std::string_view> commands,
                                              deadline until) {
    if (body_ && !body_->open()) {
        BOOST_ASSERT_MSG(gone(), "the end of a connection is known before the next is opened");
        body_.reset();
    }
    if (!body_) body_ = std::make_unique<body>(terms_, until);
    std::vector<console_table> answers;
    body_->at.home().run_blocking([&] { return body_->ask_all(commands, answers, until); });
    return answers;
}

bool console_visit::gone() const { return !body_ || body_->at.held() == 0; }

}  // namespace headroom::persistence
