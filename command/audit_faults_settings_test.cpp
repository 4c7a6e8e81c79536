// Faults of the settings of services.
#include "command/audit_faults_fixture.hpp"

namespace headroom::command {
namespace {

const planted_faults planted_in_settings{
    {"ASettingThatContradictsTheManifest",
     "HR-EN-CONTRADICTION, SQLALCHEMY_POOL_SIZE, 0",
     "the manifest says 4 for web.engine, the file 9",
     {.web = {{"SQLALCHEMY_POOL_SIZE", "9"}}}},
    {"ASettingNobodyReads",
     "HR-EN-UNREAD, LEGACY_POOL_SIZE, 0",
     "looks like a size",
     {.web = {{"LEGACY_POOL_SIZE", "7"}}}},
    {"ASizeOutOfRange",
     "HR-EN-FAULT, SQLALCHEMY_MAX_OVERFLOW, 0",
     "the default stands",
     {.web = {{"SQLALCHEMY_MAX_OVERFLOW", "99999999999"}}}},
    {"APoolWithoutALimit",
     "HR-EN-UNBOUNDED, jobs.taskiq, 0",
     "has no limit",
     {.jobs = {{"TASKIQ_MAX_CONNECTION_POOL_SIZE", ""}}}},
    {"TwoSettingsThatShareARedis",
     "HR-EN-SHARED-REDIS, {}, 0",
     "share one database",
     {.jobs = {{"TASKIQ_REDIS_URL", "{}"}}}},
    {"ASizeNobodyChose",
     "HR-EN-DEFAULT, web.sqlalchemy, 0",
     "7 is SQLAlchemy QueuePool's default",
     {.web = {{"SQLALCHEMY_POOL_SIZE", ""}}},
     {},
     false,
     true},
    {"AUrlOfALibraryNobodyNamed",
     "HR-EN-LIBRARY, REPORTS_URL, 0",
     "say --library",
     {.jobs = {{"REPORTS_URL", "postgresql+unheard://app@127.0.0.1/x"}}},
     {},
     false,
     true},
    {"APoolForEachProjection",
     "HR-EN-SUM, postgres, 68",
     "exceeds 57 usable",
     {.web = {{"SQLALCHEMY_POOL_SIZE", ""},
              {"SQLALCHEMY_MAX_OVERFLOW", ""},
              {"REDIS_MAX_CONNECTIONS", ""},
              {"REDIS_POOL_SIZE", "2"},
              {"MAX_PROJECTION_RUNNERS", "12"},
              {"DATABASE_ASYNC_POOL_SIZE", "2"},
              {"DATABASE_ASYNC_MAX_OVERFLOW", "0"},
              {"DATABASE_SYNC_POOL_SIZE", "1"},
              {"DATABASE_SYNC_MAX_OVERFLOW", "0"},
              {"POSTGRES_POOL_SIZE", "2"},
              {"POSTGRES_MAX_OVERFLOW", "3"}}},
     {},
     false,
     true},
};

}  // namespace

planted_faults faults_of_settings() { return planted_in_settings; }

}  // namespace headroom::command
