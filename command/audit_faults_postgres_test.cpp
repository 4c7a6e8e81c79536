// Faults of a PostgreSQL and of its limits.
#include "command/audit_faults_fixture.hpp"

namespace headroom::command {
namespace {

const planted_faults planted_in_postgres{
    {"ARoleAtItsLimit",
     "HR-PG-ROLE-LIMIT, role batch, 2",
     "CONNECTION LIMIT 2, 2 live",
     {},
     [](audit_stack& on) {
         on.servers().postgres.sql("alter role batch connection limit 2");
         on.join_as("batch", 2, "batch");
     },
     true},
    {"ADatabaseAtItsLimit",
     "HR-PG-DATABASE-LIMIT, database small, 2",
     "CONNECTION LIMIT 2, 2 live",
     {},
     [](audit_stack& on) {
         on.servers().postgres.create_database("small");
         on.servers().postgres.sql("alter database small connection limit 2");
         on.join_as("app", 2, "ops", nullptr, "small");
     },
     true},
    {"ALimitThatWaitsForARestart",
     "HR-PG-PENDING-RESTART, max_connections, 0",
     "60 until the next restart",
     {},
     [](audit_stack& on) {
         on.servers().postgres.sql("alter system set max_connections = 70");
         on.servers().postgres.sql("select pg_reload_conf()");
     },
     true},
    {"ALimitThatIsNotTheServers",
     "HR-PG-CONTRADICTION, limit of postgres, 0",
     "the manifest says 77 usable, the server 57",
     {.limits = {{"postgres", "80"}}}},
    {"NoKeepaliveForARemoteClient",
     "HR-PG-KEEPALIVE, tcp_keepalives_idle, 0",
     "for 7200 s",
     {.postgres = {{"tcp_keepalives_idle", "7200"}}}},
    {"AServerThatEndsIdleSessions",
     "HR-PG-IDLE-TIMEOUT, idle_session_timeout, 0",
     "idle for 600000 ms",
     {.postgres = {{"idle_session_timeout", "600000"}}}},
    {"AServerThatIsNearlyFull",
     "HR-PG-FULL, server, 46",
     "46 of 57 usable slots",
     {.consumers = {"name: bulk.load, resource: postgres, pool: 40, application_name: bulk, "
                    "phase: deploy"}},
     [](audit_stack& on) { on.join(40, "bulk"); },
     true,
     true},
    {"SizesBeyondTheKnee",
     "HR-PG-KNEE, postgres, 6",
     "14 may work at once",
     {.arguments = {"--cores", "2"}},
     {},
     false,
     true},
};

}  // namespace

planted_faults faults_of_postgres() { return planted_in_postgres; }

}  // namespace headroom::command
