#include <fmt/format.h>

#include "headroom/persistence/door.hpp"
#include "headroom/persistence/lanes.hpp"
#include "headroom/persistence/row_security.hpp"
#include "headroom/persistence/sessions_fixture.hpp"
#include "headroom/testing/private_pgbouncer.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

constexpr statement mine("SELECT tenant_id FROM notes");
constexpr statement put_note("INSERT INTO notes VALUES ($1, $2)");

identifier name(std::string_view text) { return identifier::parse(text).value(); }

tenant_id tenant(int number) { return tenant_id::parse(fmt::format("tenant-{}", number)).value(); }

/// A database with one tenant table, owned by nobody who serves; `app` and `projector` sign in.
struct Tenancy : Sessions {
    Tenancy() {
        for (const auto* role : {"app", "projector"}) server().create_role(role);
        sql("CREATE TABLE notes (tenant_id text NOT NULL, body text)");
        sql(enable_row_security(name("notes")) +
            create_tenant_policy(name("notes"), name("tenant_id")) +
            create_projector_policy(name("notes"), name("projector")));
        sql("GRANT SELECT, INSERT ON notes TO app, projector");
        url = server().url("app", database);
        floor = 4, burst = 0;
        bounds.shed_target_ms = 0ms;
    }
    void sql(const std::string& text) { server().sql(text, database); }
    void fill(int tenants) {
        sql(fmt::format("INSERT INTO notes SELECT 'tenant-' || n, 'x' "
                        "FROM generate_series(1, {}) n",
                        tenants));
    }
    task<void> look(sessions& pool, int number) {
        budget::holder by("reader");
        auto open = (co_await pool.begin(by, tenant(number), soon())).value();
        const auto found = (co_await open.run(mine, soon())).all<std::string>();
        if (found != std::vector{tenant(number).text()}) ++foreign;
        co_await open.commit(soon());
    }
    /// A thousand tenants, each in a coroutine of its own, all at once.
    void interleave() {
        fill(1000);
        inside([&](sessions& pool) -> task<void> {
            for (int n = 1; n <= 1000; ++n)
                beside([&pool, n, this]() -> task<void> { co_await look(pool, n); });
            co_await all_done();
            EXPECT_EQ(foreign, 0U);
            auto lent = co_await taken(pool, work);
            EXPECT_TRUE((co_await lent.run(mine, soon())).empty())
                << "no tenant: no rows, no error";
        });
    }
    /// The same on two lanes, each statement with its tenant under one Sync.
    void interleave_on_lanes(bool pooled) {
        fill(1000);
        ledger.emplace("postgres", 2);
        door way(parse_connect_info(url).value());
        testing::run([&]() -> task<void> {
            lanes shared({reactor::current()}, ledger->open({"persistence.lanes", 2, 0}).value(),
                         [&](connection& link, deadline until) { return way.open(link, until); },
                         {.application_name = "test", .pooled = pooled, .bounds = {}});
            co_await shared.start(soon());
            for (int n = 1; n <= 1000; ++n)
                beside([&shared, n, this]() -> task<void> {
                    const auto found = co_await shared.all<std::string>(tenant(n), mine, soon());
                    if (found != std::vector{tenant(n).text()}) ++foreign;
                });
            co_await all_done();
            EXPECT_TRUE((co_await shared.run(mine, soon())).empty());
            co_await shared.stop(soon());
        });
        EXPECT_EQ(foreign, 0U);
        ledger.reset();
    }
    const std::string database = server().create_database();
    unsigned foreign = 0;
};

TEST_F(Tenancy, AThousandInterleavedTenantsOnFourSessionsSeeTheirOwnRowsOnly) { interleave(); }

TEST_F(Tenancy, AThousandInterleavedTenantsThroughATransactionPoolerToo) {
    testing::private_pgbouncer pooler(server(), {{"default_pool_size", "2"}});
    url = pooler.url("app", database);
    with.statement_cache_max = 0;
    interleave();
}

TEST_F(Tenancy, AThousandInterleavedTenantsOnTwoLanesSeeTheirOwnRowsOnly) {
    interleave_on_lanes(false);
}

TEST_F(Tenancy, AThousandInterleavedTenantsOnLanesThroughATransactionPoolerToo) {
    testing::private_pgbouncer pooler(server(), {{"default_pool_size", "2"}});
    url = pooler.url("app", database);
    interleave_on_lanes(true);
}

// More lanes than servers, under two names, which PgBouncer sets anew whenever a server changes
// hands; always statements under way, some larger than what it reads at once.
TEST_F(Tenancy, EveryCallerThatQueuesForALaneBehindATransactionPoolerIsAnswered) {
    testing::private_pgbouncer pooler(server(), {{"default_pool_size", "2"}});
    ledger.emplace("postgres", 4);
    door way(parse_connect_info(pooler.url("app", database)).value());
    unsigned right = 0;
    const auto ask = [&](lanes& through, int client) -> task<void> {
        static constexpr statement same{"select $1 || current_setting('app.current_tenant')"},
            echo{"select $1"};
        for (unsigned turn = 0; turn < 100; ++turn) {
            const std::string text(turn * 37 % 3'000, 'x');
            right += co_await through.one<std::string>(tenant(client), same, soon(), text) ==
                     text + tenant(client).text();
            right += co_await through.reads().one<std::string>(echo, soon(), text) == text;
        }
    };
    testing::run([&]() -> task<void> {
        const auto opener = [&](connection& link, deadline until) { return way.open(link, until); };
        lanes one({reactor::current()}, ledger->open({"one", 2, 0}).value(), opener,
                  {.application_name = "one", .pooled = true, .bounds = {}});
        lanes two({reactor::current()}, ledger->open({"two", 2, 0}).value(), opener,
                  {.application_name = "two", .pooled = true, .bounds = {}});
        co_await one.start(soon());
        co_await two.start(soon());
        for (int n = 1; n <= 16; ++n)
            beside([&, n]() -> task<void> { co_await ask(n % 2 == 0 ? one : two, n); });
        co_await all_done();
        EXPECT_EQ(one.figures().lost + two.figures().lost, 0U);
        co_await one.stop(soon());
        co_await two.stop(soon());
    });
    EXPECT_EQ(right, 3'200U);
    ledger.reset();
}

TEST_F(Tenancy, TheSettingIsEmptyWhenASessionIsLentAgain) {
    floor = 1;
    fill(1);
    inside([&](sessions& pool) -> task<void> {
        co_await look(pool, 1);
        auto lent = co_await taken(pool, work);
        EXPECT_EQ((co_await lent.run(current_tenant, soon())).one<std::string>(), "");
    });
}

TEST_F(Tenancy, ATenantCannotWriteARowOfAnother) {
    inside([&](sessions& pool) -> task<void> {
        auto open = (co_await pool.begin(work, tenant(1), soon())).value();
        try {
            co_await open.run(put_note, soon(), "tenant-2", "x");
            ADD_FAILURE() << "it was written";
        } catch (const server_error& refused) {
            EXPECT_TRUE(refused.is(sqlstate::insufficient_privilege));
        }
    });
}

TEST_F(Tenancy, TheProjectorWritesRowsOfEveryTenant) {
    url = server().url("projector", database);
    inside([&](sessions& pool) -> task<void> {
        auto lent = co_await taken(pool, work);
        co_await lent.run(put_note, soon(), "tenant-1", "x");
        co_await lent.run(put_note, soon(), "tenant-2", "x");
        EXPECT_EQ((co_await lent.run(mine, soon())).size(), 2);
    });
}

TEST_F(Tenancy, ForeignTextNeverBecomesAName) {
    for (const auto* text : {"", "Notes", "1st", "a b", "a\"; DROP TABLE notes", "a-b"})
        EXPECT_FALSE(identifier::parse(text)) << text;
    EXPECT_FALSE(identifier::parse(std::string(64, 'a')));
    EXPECT_EQ(name("order").quoted(), "\"order\"");
}

struct Gaps : Tenancy {
    std::vector<std::string> found() {
        std::vector<std::string> rules;
        inside([&](sessions& pool) -> task<void> {
            auto lent = co_await taken(pool, work);
            for (const auto& gap : (co_await lent.run(find_isolation_gaps, soon(), "app"))
                                       .all<isolation_gap>())
                rules.push_back(gap.rule);
        });
        return rules;
    }
    using rules = std::vector<std::string>;
};

TEST_F(Gaps, AreNoneInWhatTheBuildersMade) { EXPECT_EQ(found(), rules{}); }

TEST_F(Gaps, ATableWithoutRowSecurity) {
    sql("CREATE TABLE bare (tenant_id text)");
    EXPECT_EQ(found(), rules{"not_enabled"});
}

TEST_F(Gaps, ATableWhoseOwnerIsExempt) {
    sql("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY");
    EXPECT_EQ(found(), rules{"not_forced"});
}

TEST_F(Gaps, APolicyThatIsAlwaysTrueOrWidensTheFirst) {
    sql("CREATE POLICY wide_open ON notes FOR SELECT TO app USING (true)");
    EXPECT_EQ(found(), (rules{"always_true", "widened"}));
}

TEST_F(Gaps, ASettingReadForEveryRow) {
    sql("DROP POLICY tenant_isolation ON notes; CREATE POLICY p ON notes USING (tenant_id = "
        "current_setting('app.current_tenant', true))");
    EXPECT_EQ(found(), rules{"per_row"});
}

TEST_F(Gaps, AViewThatReadsAsItsOwner) {
    sql("CREATE VIEW every_note AS SELECT * FROM notes");
    EXPECT_EQ(found(), rules{"view_of_owner"});
    sql("ALTER VIEW every_note SET (security_invoker = true)");
    EXPECT_EQ(found(), rules{});
}

TEST_F(Gaps, ATableOfTheAppRoleItself) {
    sql("ALTER TABLE notes OWNER TO app");
    EXPECT_EQ(found(), rules{"role_owns"});
}

TEST_F(Gaps, ADefinerFunctionWithoutASearchPath) {
    sql("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'");
    EXPECT_EQ(found(), rules{"unsafe_definer"});
}

}  // namespace
}  // namespace headroom::persistence
