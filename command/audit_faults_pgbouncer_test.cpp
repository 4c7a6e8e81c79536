// Faults of a PgBouncer and of its clients.
#include "command/audit_faults_fixture.hpp"

namespace headroom::command {
namespace {

const planted_faults planted_in_pgbouncer{
    {"AClientOfThePoolerThatIsNotThere",
     "HR-PB-GHOST, mail.pooled, 2",
     "2 declared at rest",
     {.consumers = {"name: mail.pooled, resource: pgbouncer, pool: 2, application_name: mail"}}},
    {"TooManyClientsOfAPooler",
     "HR-PB-OVERUSER, web.pooled, 1",
     "4 live, 3 declared",
     {},
     [](audit_stack& on) { on.join_pooled(3, "pooled"); }},
    {"ListenThroughAPooler",
     "HR-PB-LISTEN, postgres, 1",
     "1 session said LISTEN",
     {.pgbouncer = {{"pool_mode", "transaction"}},
      .consumers = {"name: news.pooled, resource: pgbouncer, pool: 1, "
                    "application_name: pooled-news, phase: deploy"}},
     [](audit_stack& on) { on.join_pooled(1, "pooled-news", "listen news"); }},
    {"PoolsLargerThanTheServer",
     "HR-PB-SERVERS, {}, 3",
     "may open 60 server connections, 57 are usable: 3 too many",
     {.pgbouncer = {{"default_pool_size", "60"}}}},
    {"TwoNamesWithACapEach",
     "HR-PB-NAMES, {}, 2",
     "2 names have a cap each",
     {.pgbouncer = {{"max_db_connections", "5"}}},
     [](audit_stack& on) {
         on.servers().postgres.create_database("orders");
         on.join_pooled(1, "pooled", "select 1", "orders");
     },
     true,
     true},
    {"AClientThatWaits",
     "HR-PB-WAITING, postgres as app, 1",
     "for one of 1 server connection",
     {.pgbouncer = {{"default_pool_size", "1"}}},
     [](audit_stack& on) {
         on.start({.arguments = {"psql", "-Xqc", "select 1",
                                 on.servers().pgbouncer.url("app", "postgres") +
                                     "&application_name=pooled"}});
     },
     true,
     true},
    {"APoolerThatIsNearlyFull",
     "HR-PB-FULL, clients, 8",
     "8 of 10 max_client_conn",
     {.pgbouncer = {{"max_client_conn", "10"}, {"pool_mode", "transaction"}},
      .limits = {{"pgbouncer", "10"}},
      .consumers = {"name: ops.pooled, resource: pgbouncer, pool: 7, application_name: ops, "
                    "phase: deploy"}},
     [](audit_stack& on) { on.join_pooled(7, "ops"); },
     true,
     true},
};

}  // namespace

planted_faults faults_of_pgbouncer() { return planted_in_pgbouncer; }

}  // namespace headroom::command
