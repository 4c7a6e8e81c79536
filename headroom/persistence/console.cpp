#include "headroom/persistence/console.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>

#include "headroom/budget/book.hpp"
#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/detail/borrowed_descriptor.hpp"
#include "headroom/persistence/detail/dial.hpp"

namespace headroom::persistence {
namespace {

namespace asio = boost::asio;

budget::consumer row_of(std::string name, const char* resource) {
    budget::consumer row;
    row.name = std::move(name);
    row.resource = resource;
    row.pool = 1;
    return row;
}

std::vector<connect_info> targets_of(const visit_terms& terms, deadline until) {
    if (terms.target.has_address()) return {terms.target};
    std::vector<connect_info> all;
    for (const auto& each : terms.names->resolve(terms.target.host, until)) {
        all.push_back(terms.target);
        all.back().hostaddr = each;
    }
    if (all.empty()) throw connection_lost(terms.target.host + " has no address");
    return all;
}

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

task<console_table> ask(reactor& home, PGconn* pg, std::string command, deadline until) {
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

task<void> ask_all(reactor& home, const connect_info& at, const visit_terms& terms,
                   budget::grant& share, std::span<const std::string_view> commands,
                   std::vector<console_table>& into, deadline until,
                   std::chrono::milliseconds goodbye) {
    auto unit = share.take();
    if (!unit) throw budget::refused(std::move(unit.error()));
    connection_options options;
    options.application_name = terms.application_name;
    detail::dialled with;
    std::exception_ptr failure;
    try {
        co_await detail::dial(home, at, options, until, with);
        PQexitPipelineMode(with.pg.get());
        for (const auto each : commands)
            into.push_back(co_await ask(home, with.pg.get(), std::string(each), until));
    } catch (...) {
        failure = std::current_exception();
    }
    const bool gone = with.gone();
    auto& room = closing_room::of(home);
    room.enter(with.pg.release(), std::move(*unit), terms.application_name, gone);
    co_await room.settle(terms.consumer, deadline::after(goodbye));
    if (failure) std::rethrow_exception(failure);
}

/// The next address only when nobody answered at this one.
task<void> ask_each(reactor& home, const std::vector<connect_info>& targets,
                    const visit_terms& terms, budget::grant& share,
                    std::span<const std::string_view> commands, std::vector<console_table>& into,
                    deadline until) {
    const auto goodbye = goodbye_within(until);
    const auto asked_by = until.at_most(until.left() - goodbye);
    auto left = static_cast<std::int64_t>(targets.size());
    for (const auto& each : targets) {
        std::exception_ptr failure;
        try {
            co_return co_await ask_all(home, each, terms, share, commands, into,
                                       asked_by.at_most(asked_by.left() / left--), goodbye);
        } catch (const server_error&) {
            throw;
        } catch (const std::exception&) {
            if (!into.empty() || left == 0) throw;
        }
    }
}

}  // namespace

const std::string& console_table::value(std::size_t row, std::string_view column) const {
    static const std::string none;
    const auto at = std::ranges::find(columns, column);
    if (at == columns.end()) return none;
    return rows[row][static_cast<std::size_t>(at - columns.begin())];
}

std::vector<console_table> ask_console(const visit_terms& terms,
                                       std::span<const std::string_view> commands, deadline until) {
    const auto targets = targets_of(terms, until);
    budget::book book;
    for (const auto* each : {"threads", "postgres"}) book.declare(budget::resource{each, {}});
    book.declare(row_of("visit.reactor", "threads"));
    book.declare(row_of(terms.consumer, "postgres"));
    auto share = book.take(terms.consumer).value();
    auto thread = book.take("visit.reactor").value();
    std::vector<console_table> answers;
    reactor home("visit");
    auto unit = thread.take();
    BOOST_ASSERT_MSG(unit.has_value(), "a visit plans what it takes");
    home.start(std::move(*unit));
    home.run_blocking(
        [&] { return ask_each(home, targets, terms, share, commands, answers, until); });
    home.stop();
    return answers;
}

}  // namespace headroom::persistence
