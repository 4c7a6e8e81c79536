// Faults of those who use PostgreSQL.
#include "command/audit_faults_fixture.hpp"

namespace headroom::command {
namespace {

const planted_faults planted_in_people{
    {"TooManySessions",
     "HR-PG-OVERUSER, web.engine, 3",
     "7 live, 4 declared",
     {},
     [](audit_stack& on) { on.join(5, "web"); }},
    {"ASessionNobodyDeclared",
     "HR-PG-STRANGER, metabase as app, 2",
     "2 sessions",
     {},
     [](audit_stack& on) { on.join(2, "metabase"); }},
    {"ADeclaredConsumerThatIsNotThere",
     "HR-PG-GHOST, mail.sender, 3",
     "3 declared at rest",
     {.consumers = {"name: mail.sender, resource: postgres, pool: 3, application_name: mail"}}},
    {"SessionsOfADeadMember",
     "HR-PG-ORPHAN, shop/serve/0badcafe, 1",
     "control connection is gone",
     {},
     [](audit_stack& on) { on.join(1, "shop/serve/0badcafe/persistence.lanes"); }},
    {"MoreSuperusersThanReservedSlots",
     "HR-PG-SUPERUSER, superusers, 4",
     "while the 3 reserved",
     {},
     [](audit_stack& on) { on.join_as("postgres", 4, "ops"); }},
    {"AnIdleTransaction",
     "HR-PG-IDLE-IN-TRANSACTION, jobs, 1",
     "idle in a transaction",
     {},
     [](audit_stack& on) { on.join(1, "jobs", "begin"); }},
    {"APollerBesideASessionThatListens",
     "HR-PG-POLLER, database postgres, 2",
     "legacy-poller may poll beside jobs",
     {.consumers = {"name: legacy.reader, resource: postgres, pool: 2, "
                    "application_name: legacy-poller, phase: deploy"}},
     [](audit_stack& on) {
         on.join(1, "jobs", "listen orders");
         on.join(2, "legacy-poller");
     }},
    {"APollerInAManifest",
     "HR-MF-POLLER, postgres, 2",
     "old.poller may poll beside shop.runner",
     {.consumers = {"name: old.poller, resource: postgres, pool: 2, application_name: jobs",
                    "name: shop.runner, resource: postgres, pool: 1, application_name: jobs"}}},
    {"MoreThreadsThanTheLimit",
     "HR-MF-THREADS, threads, 48",
     "peak 48 exceeds 40 usable by 8",
     {.limits = {{"threads", "40"}},
      .consumers = {"name: web.threads, resource: threads, pool: 48"}}},
    {"AnHttpClientWithoutALimit",
     "HR-MF-HTTP, auth.oidc, 10",
     "nothing limits what it opens of http: 10 estimated",
     {.limits = {{"http", "100"}},
      .consumers =
          {"name: auth.oidc, resource: http, pool: 0, overflow: unbounded, estimate: 10"}}},
};

}  // namespace

planted_faults faults_of_people() { return planted_in_people; }

}  // namespace headroom::command
