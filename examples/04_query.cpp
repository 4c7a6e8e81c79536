// 04: a database on the budget: lanes for short statements, transactions, tenants, blocking code.
// DATABASE_URL names a database with the table of 04_query.sql.
#include <unistd.h>

#include <iostream>

#include "headroom/budget/exit_code.hpp"
#include "headroom/persistence/database.hpp"
#include "headroom/runtime/process_limits.hpp"

using namespace headroom;
using persistence::database, persistence::statement, persistence::tenant_id;

namespace {

// SQL is constant text, and values are parameters. A tenant sees its own rows: see 04_query.sql.
constexpr statement put("INSERT INTO notes VALUES ($1, $2)");
constexpr statement bodies("SELECT body FROM notes ORDER BY body");

// Every wait has a deadline; a request would hand down its own.
deadline soon() { return deadline::after(std::chrono::seconds(5)); }

// A transaction holds a session in somebody's name. A refusal is an answer; value() throws it.
task<void> write(database& db, tenant_id tenant, std::string body, bool keep) {
    budget::holder work("write");
    auto open = (co_await db.sessions().begin(work, tenant, soon())).value();
    co_await open.run(put, soon(), tenant.text(), body);
    if (keep) co_await open.commit(soon());  // without it everything is rolled back
}

// A statement on a lane is one round trip on a connection that others use at the same moment.
task<void> show(database& db, tenant_id tenant) {
    for (const auto& each : co_await db.lanes().all<std::string>(tenant, bodies, soon()))
        std::cout << tenant.text() << ": " << each << "\n";
}

task<void> work(runtime& on, database& db) {
    const auto red = tenant_id::parse("red").value(), blue = tenant_id::parse("blue").value();
    co_await write(db, red, "apple", true);
    co_await write(db, red, "regret", false);
    co_await write(db, blue, "berry", true);
    for (const auto& each : {red, blue}) co_await show(db, each);
    std::cout << "nobody: " << (co_await db.lanes().run(bodies, soon())).size() << " rows\n";
    // Code that blocks belongs on the blocking pool, and has the same database there.
    const auto first = co_await on.blocking_pool().run(
        [&] { return db.sync().run(blue, bodies, soon()).one<std::string>(); });
    std::cout << "blocking code reads: " << first << "\n";
}

}  // namespace

int main() {
    // Settings come from the environment, all faults at once.
    const auto given = load_environment({.overrides = {}, .process = environ});
    setting_reader reader(given);
    const auto process = read_runtime_settings(reader);
    const auto settings = persistence::read_database_settings(reader);
    if (const auto sealed = reader.seal(); !sealed) {
        std::cerr << to_string(sealed.error()) << "\n";
        return budget::exit_code::refused;
    }

    // The arithmetic first. A service also reads what the server allows, and decides: serve.cpp.
    budget::book book;
    book.declare(budget::resource{.name = "postgres", .limit = {}, .reserve = 3});
    for (const auto& each : read_process_limits().resources()) book.declare(each);
    for (const auto& each : consumers(process)) book.declare(each);
    for (const auto& each : persistence::consumers(settings, 3)) book.declare(each);

    // Then what opens.
    runtime on(book, process);
    persistence::door door(settings.serve, &on.system_pool());
    database db(on, book, door, {settings, {"shop", "example", 1, ""}, {}, {}});
    db.start(soon());
    on.home().run_blocking([&] { return work(on, db); });
    db.stop(soon());
    const auto& ledger = book.of("postgres");
    std::cout << "open now: " << ledger.held() << ", never more than " << ledger.ceiling() << "\n";
}
