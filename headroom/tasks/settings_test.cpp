#include "headroom/tasks/settings.hpp"

#include <gmock/gmock.h>

#include "headroom/persistence/redis/settings.hpp"

namespace headroom::tasks {
namespace {

using variables = std::vector<std::pair<std::string, std::string>>;

class TaskSettings : public ::testing::Test {
protected:
    settings read(const variables& values) {
        environment from(profile::dev);
        for (const auto& [name, value] : values) from.add(name, value, "test");
        setting_reader reader(from);
        auto made = read_settings(reader);
        const auto sealed = reader.seal();
        faults = sealed ? "" : to_string(sealed.error());
        return made;
    }
    std::string faults;
};

TEST_F(TaskSettings, ByDefaultAreTaskiqs) {
    const auto with = read({});
    EXPECT_EQ(faults, "");
    EXPECT_EQ(with.queue, "taskiq");
    EXPECT_EQ(with.results->prefix, "");
    EXPECT_EQ(with.results->format, serializer::pickle);
    EXPECT_FALSE(worker_terms_of(with).shared_with_python);
}

TEST_F(TaskSettings, AnotherQueueHasItsResultsUnderItsName) {
    const auto with = read({{"TASKIQ_STREAM_PREFIX", "shop:tasks"},
                            {"HEADROOM_TASK_RESULTS", "json"},
                            {"TASKIQ_RESULT_TTL", "120"},
                            {"HEADROOM_TASK_PYTHON_IDLE", "10 min"}});
    EXPECT_EQ(faults, "");
    EXPECT_EQ(with.results->prefix, "shop:tasks");
    EXPECT_EQ(with.results->ttl, std::chrono::minutes(2));
    EXPECT_EQ(worker_terms_of(with).queues.front().name, "shop:tasks");
    EXPECT_EQ(worker_terms_of(with).python_idle_ms, std::chrono::minutes(10));
    EXPECT_FALSE(read({{"HEADROOM_TASK_RESULTS", "none"}}).results);
}

TEST_F(TaskSettings, SchedulesOfAnotherQueueLieUnderItsName) {
    EXPECT_EQ(read({}).schedules.prefix, "schedule");
    const variables queue{{"TASKIQ_STREAM_PREFIX", "shop"}};
    EXPECT_EQ(read(queue).schedules.prefix, "shop:schedule");
    EXPECT_EQ(scheduler_terms_of(read(queue)).planning.queue, "shop");
    const auto with = read({{"TASKIQ_STREAM_PREFIX", "shop"},
                            {"HEADROOM_SCHEDULE_PREFIX", "schedule"},
                            {"HEADROOM_SCHEDULE_DIALECT", "taskiq"},
                            {"HEADROOM_SCHEDULE_MISFIRES", "skip"},
                            {"HEADROOM_SCHEDULE_GRACE", "5 s"}});
    EXPECT_EQ(faults, "");
    const auto terms = scheduler_terms_of(with);
    EXPECT_EQ(terms.prefix, "schedule");
    EXPECT_EQ(terms.planning.dialect, cron_dialect::taskiq);
    EXPECT_EQ(terms.misfires.is, misfire_policy::kind::skip);
    EXPECT_EQ(terms.misfires.grace, std::chrono::seconds(5));
    EXPECT_EQ(schedule_source_terms_of(with).prefix, "schedule");
    EXPECT_EQ(read({{"TASKIQ_STREAM_PREFIX", "a*"}}).schedules.prefix, "schedule");
    EXPECT_NE(faults, "");
}

TEST_F(TaskSettings, AWorkerReadsItsQueueOrThoseThatAreListed) {
    const variables queue{{"TASKIQ_STREAM_PREFIX", "shop"}};
    EXPECT_EQ(worker_terms_of(read(queue)).queues.size(), 1u);
    EXPECT_EQ(worker_terms_of(read(queue)).queues.front().name, "shop");
    EXPECT_FALSE(worker_terms_of(read(queue)).strict);
    const auto with = worker_terms_of(read({{"HEADROOM_TASK_QUEUES", "urgent weight=4, taskiq"},
                                            {"HEADROOM_TASK_QUEUE_ORDER", "strict"},
                                            {"HEADROOM_TASK_LIMITS", "a:b concurrent=2"}}));
    EXPECT_EQ(faults, "");
    ASSERT_EQ(with.queues.size(), 2u);
    EXPECT_EQ(with.queues[0].name, "urgent");
    EXPECT_EQ(with.queues[0].weight, 4u);
    EXPECT_TRUE(with.strict);
    EXPECT_EQ(with.limits.at("a:b").concurrent, 2u);
}

TEST_F(TaskSettings, AmongOthersKeysTheNamesAreTheSystemsUnlessTheyWereSaid) {
    const auto usual = within_shared_database(read({}), "shop");
    EXPECT_EQ(usual.queue, "shop:taskiq");
    EXPECT_EQ(worker_terms_of(usual).queues.front().name, "shop:taskiq");
    EXPECT_EQ(usual.results->prefix, "{shop:taskiq}:r");
    EXPECT_EQ(usual.schedules.prefix, "{shop:taskiq}:schedule");
    const auto named = within_shared_database(read({{"TASKIQ_STREAM_PREFIX", "taskiq"}}), "shop");
    EXPECT_EQ(named.queue, "taskiq");
    EXPECT_EQ(named.schedules.prefix, "schedule");
    const auto prefix = within_shared_database(read({{"HEADROOM_SCHEDULE_PREFIX", "p"}}), "shop");
    EXPECT_EQ(prefix.schedules.prefix, "p");
}

TEST_F(TaskSettings, RefuseWhatIsOutOfBounds) {
    for (const auto& [name, value] : variables{{"TASKIQ_RESULT_TTL", "59"},
                                               {"TASKIQ_STREAM_PREFIX", "a b"},
                                               {"TASKIQ_STREAM_PREFIX", "{a}"},
                                               {"HEADROOM_TASK_CONCURRENCY", "0"},
                                               {"HEADROOM_TASK_LEASE", "11 min"},
                                               {"HEADROOM_TASK_QUEUES", "a weight=0"},
                                               {"HEADROOM_TASK_QUEUE_ORDER", "any"},
                                               {"HEADROOM_TASK_LIMITS", "a b"},
                                               {"HEADROOM_SCHEDULE_PREFIX", "a*"},
                                               {"HEADROOM_SCHEDULE_DIALECT", "vixie"},
                                               {"HEADROOM_SCHEDULE_MISFIRES", "never"},
                                               {"HEADROOM_SCHEDULE_GRACE", "61 min"},
                                               {"HEADROOM_TASK_RESULTS", "xml"}}) {
        read({{name, value}});
        EXPECT_EQ(faults.find(name + "=" + value + " (test): must "), 0u) << faults;
    }
}

TEST_F(TaskSettings, AReaderIsOneConnectionAndItsSuccessor) {
    const auto rows = consumers();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].name, reader_consumer);
    EXPECT_EQ(rows[0].resource, redis::resource);
    EXPECT_EQ(rows[0].pool, 1u);
    EXPECT_EQ(rows[1].resource, "files");
    EXPECT_EQ(rows[1].pool, 2u);
}

}  // namespace
}  // namespace headroom::tasks
