#include "service/tenancy/decide.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace headroom::service::tenancy {
namespace {

const provision acme{"acme", "Acme", {}};

/// A tenant after these commands, each of which must be accepted.
template <class... Commands>
tenant after(const Commands&... commands) {
    tenant now;
    const auto run = [&](const auto& command) {
        for (const auto& each : decide(now, command).value()) now = tenants::fold(now, each);
    };
    (run(commands), ...);
    return now;
}
error_code refused(const decision& what) { return what.error().code; }

TEST(Tenancy, ATenantIsProvisionedThenActivated) {
    EXPECT_EQ(after(acme).is, status::provisioning);
    EXPECT_EQ(after(acme, activate{"ops"}).is, status::active);
}

TEST(Tenancy, ASlugIsTakenOnceAndForGood) {
    EXPECT_EQ(refused(decide(after(acme), acme)), error_code::conflict);
    EXPECT_EQ(refused(decide(after(acme, activate{}, decommission{"over", "ops"}), acme)),
              error_code::conflict);
}

TEST(Tenancy, ATransitionIntoTheSameStateIsNothing) {
    EXPECT_TRUE(decide(after(acme, activate{}), activate{})->empty());
    EXPECT_TRUE(decide(after(acme, activate{}, suspend{"late"}), suspend{"again"})->empty());
}

TEST(Tenancy, ATransitionTheLifeCycleDoesNotKnowIsRefused) {
    EXPECT_EQ(refused(decide(after(acme), suspend{"late"})), error_code::invalid_state_transition);
    EXPECT_EQ(refused(decide(after(acme), decommission{"over", "ops"})),
              error_code::invalid_state_transition);
    const auto gone = after(acme, activate{}, decommission{"over", "ops"});
    EXPECT_EQ(refused(decide(gone, reactivate{})), error_code::invalid_state_transition);
    EXPECT_EQ(refused(decide(gone, activate{})), error_code::invalid_state_transition);
}

TEST(Tenancy, ReactivationForgetsWhy) {
    const auto held = after(acme, activate{}, suspend{"late", "billing_hold", "ops"});
    EXPECT_EQ(held.reason, "late");
    EXPECT_EQ(held.category, "billing_hold");
    const auto again = after(acme, activate{}, suspend{"late", "billing_hold", "ops"},
                             reactivate{"ops"});
    EXPECT_TRUE(again.reason.empty() && again.category.empty());
}

TEST(Tenancy, OnlyAnActiveTenantIsConfiguredAndOnlyAGoneOneHasItsDataDeleted) {
    const configure value{"feature.dark_mode", R"({"type":"boolean","value":true})", "ops"};
    EXPECT_EQ(refused(decide(after(acme), value)), error_code::invalid_state_transition);
    EXPECT_EQ(decide(after(acme, activate{}), value)->size(), 1U);
    const record_deletion gone{"users", 3, "ops"};
    EXPECT_EQ(refused(decide(after(acme, activate{}), gone)),
              error_code::invalid_state_transition);
    EXPECT_EQ(decide(after(acme, activate{}, decommission{}), gone)->size(), 1U);
    EXPECT_TRUE(decide(after(acme, activate{}, decommission{}, gone), gone)->empty());
}

TEST(Tenancy, MetadataAreBoundedTogether) {
    const auto with = [](const char* name, std::size_t bytes) {
        return describe{{std::string("{\"") + name + "\":\"" + std::string(bytes, 'x') + "\"}"},
                        "ops"};
    };
    const auto now = after(acme, activate{}, with("a", 40'000));
    EXPECT_EQ(refused(decide(now, with("b", 40'000))), error_code::validation_error);
    EXPECT_TRUE(decide(now, with("b", 20'000)));
    EXPECT_TRUE(decide(now, with("a", 60'000))) << "in the place of what was there";
    // Of another program, without a bound: it may become less.
    const auto full = tenants::fold(now, metadata_updated{"acme", with("c", 90'000).metadata, ""});
    EXPECT_TRUE(decide(full, with("c", 1)));
    EXPECT_FALSE(decide(full, with("d", 1)));
}

TEST(Tenancy, AnUnknownTenantIsNotFound) {
    EXPECT_EQ(refused(decide(tenant{}, activate{})), error_code::resource_not_found);
    EXPECT_EQ(refused(decide(tenant{}, configure{})), error_code::resource_not_found);
}

TEST(Tenancy, ASlugHasOneGrammar) {
    for (const auto* good : {"ab", "acme-corp", "a1", "0-0"}) EXPECT_TRUE(check_slug(good)) << good;
    for (const auto* bad : {"", "a", "-ab", "ab-", "a--b", "Acme", "a_b", "a b"})
        EXPECT_FALSE(check_slug(bad)) << bad;
    EXPECT_TRUE(check_slug(std::string(63, 'a')));
    EXPECT_FALSE(check_slug(std::string(64, 'a')));
}

RC_GTEST_PROP(Tenancy, NoOrderOfCommandsLeavesTheLifeCycle,
              (const std::vector<std::uint8_t>& script)) {
    tenant now;
    const auto run = [&](const auto& command) {
        const auto before = now;
        const auto decided = decide(now, command);
        if (!decided) return;
        for (const auto& each : *decided) now = tenants::fold(now, each);
        RC_ASSERT(before.is != status::decommissioned || now.is == status::decommissioned);
        RC_ASSERT(now.is == status::suspended || now.reason.empty() ||
                  now.is == status::decommissioned);
    };
    for (const auto each : script) {
        if (each % 5 == 0) run(acme);
        else if (each % 5 == 1) run(activate{"ops"});
        else if (each % 5 == 2) run(suspend{"late", "other", "ops"});
        else if (each % 5 == 3) run(reactivate{"ops"});
        else if (each % 35 == 4) run(decommission{"over", "ops"});
    }
}

}  // namespace
}  // namespace headroom::service::tenancy
