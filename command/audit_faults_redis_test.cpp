// Faults of a Redis and of its clients.
#include "command/audit_faults_fixture.hpp"

namespace headroom::command {
namespace {

const std::string more_of_redis =
    "name: ops.redis, resource: redis, pool: 6, application_name: ops, phase: deploy";
const planted_faults planted_in_redis{
    {"AClientOfRedisNobodyDeclared",
     "HR-RD-STRANGER, dashboard as default, 2",
     "2 clients",
     {},
     [](audit_stack& on) { on.join_redis(2, "dashboard", "PING"); }},
    {"TooManyClientsOfRedis",
     "HR-RD-OVERUSER, web.cache, 2",
     "4 live, 2 declared",
     {},
     [](audit_stack& on) { on.join_redis(3, "web", "GET a"); }},
    {"AQueueOnTheCachesDatabase",
     "HR-RD-SHARED, database 0, 0",
     "cache of web share it",
     {},
     [](audit_stack& on) { on.join_redis(1, "jobs", "BLPOP queue 0"); }},
    {"TwoSystemsInOneDatabase",
     "HR-RD-SHARED-KEYS, database 7, 2",
     "blog (1 client) and shop (1 client) use it",
     {.consumers = {"name: tasks.results, resource: redis, pool: 2"}},
     [](audit_stack& on) {
         on.join_redis(1, "shop/serve/00000001/tasks.results", "SELECT 7\r\nEXISTS a");
         on.join_redis(1, "blog/serve/00000002/tasks.results", "SELECT 7\r\nEXISTS a");
     }},
    {"ReplicasThatAreMissing",
     "HR-RD-MIN-REPLICAS, min-replicas-to-write, 0",
     "0 of 1 replicas are there",
     {.redis = {{"min-replicas-to-write", "1"}}}},
    {"APolicyThatLosesTasks",
     "HR-RD-EVICTION, maxmemory-policy, 0",
     "at 10000000 bytes",
     {.redis = {{"maxmemory", "10000000"}, {"maxmemory-policy", "allkeys-lru"}}}},
    {"AClientThatWasRejected",
     "HR-RD-REJECTED, rejected_connections, 1",
     "1 client refused at maxclients 10",
     {.redis = {{"maxclients", "10"}}, .limits = {{"redis", "10"}}, .consumers = {more_of_redis}},
     [](audit_stack& on) {
         on.join_redis(8, "ops", "PING");
         testing::text_client late(on.servers().redis.port());
         EXPECT_NE(late.rest().find("max number of clients"), std::string::npos);
         on.leave_redis(8);
     },
     true,
     true},
    {"ARedisThatIsNearlyFull",
     "HR-RD-FULL, server, 8",
     "8 of 10 maxclients",
     {.redis = {{"maxclients", "10"}}, .limits = {{"redis", "10"}}, .consumers = {more_of_redis}},
     [](audit_stack& on) { on.join_redis(6, "ops", "PING"); },
     true,
     true},
    {"ALimitThatOpenFilesReduced",
     "HR-RD-NOFILE, maxclients, 0",
     "RLIMIT_NOFILE 1024 leaves",
     {.redis_files = 1024, .limits = {{"redis", "992"}}},
     {},
     true,
     true},
    {"ARedisThatEndsIdleClients",
     "HR-RD-IDLE-TIMEOUT, timeout, 0",
     "idle for 3600 s",
     {.redis = {{"timeout", "3600"}}}},
    {"ARedisWithoutKeepalive",
     "HR-RD-KEEPALIVE, tcp-keepalive, 0",
     "client that vanishes",
     {.redis = {{"tcp-keepalive", "0"}}}},
    {"AnotherLimitThanThatOfRedis",
     "HR-RD-CONTRADICTION, limit of redis, 0",
     "the manifest says 20000, the server 10000",
     {.limits = {{"redis", "20000"}}}},
};

}  // namespace

planted_faults faults_of_redis() { return planted_in_redis; }

}  // namespace headroom::command
