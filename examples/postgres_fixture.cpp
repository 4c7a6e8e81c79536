// postgres_fixture SCHEMA PROGRAM: runs a program of the course with a server of its own, to which
// DATABASE_URL leads, and a database with the event store's tables that SCHEMA has prepared.
#include <iostream>

#include "headroom/budget/exit_code.hpp"
#include "headroom/eventsourcing/schema.hpp"
#include "headroom/testing/private_postgres.hpp"

using namespace headroom;

int main(int count, char** arguments) {
    if (count != 3) return budget::exit_code::usage;
    testing::private_postgres server;  // a real one, gone with this program
    for (const auto* role : {"headroom_app", "headroom_projector"})
        server.create_role(role, "NOLOGIN");
    server.create_role("shop", "LOGIN IN ROLE headroom_app, headroom_projector");
    const auto database = server.create_database();
    server.sql(std::string(eventsourcing::schema().text), database);
    server.sql(testing::read_file(arguments[1]), database);

    const auto done =
        testing::run_program({.arguments = {arguments[2]},
                              .environment = {{"DATABASE_URL", server.url("shop", database)}},
                              .clean_environment = true});
    std::cout << done.output;
    std::cerr << done.errors;
    return done.code;
}
