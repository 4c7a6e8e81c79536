#include "service/identity/decide.hpp"

#include <gtest/gtest.h>

namespace headroom::service::identity {
namespace {

const provision_user ada{"acme", "https://id.example", "sub-1", "ada@example.org", {}};
const register_agent robot{"acme", "builder", "Robot"};
const issue_key first_key{"acme", "AAAAAAAA", "hash-a", {}};
const rotate_key second_key{"acme", "BBBBBBBB", "hash-b", {}};

template <class Decider, class... Commands>
typename Decider::state after(const Commands&... commands) {
    typename Decider::state now;
    const auto run = [&](const auto& command) {
        for (const auto& each : decide(now, command).value()) now = Decider::fold(now, each);
    };
    (run(commands), ...);
    return now;
}

TEST(Users, TheFirstSignInMakesAUserNamedAfterItsAddress) {
    EXPECT_EQ(after<users>(ada).display_name, "ada");
    auto nameless = ada;
    nameless.email.reset();
    EXPECT_EQ(after<users>(nameless).display_name, "User");
    nameless.name = "Ada L.";
    EXPECT_EQ(after<users>(nameless).display_name, "Ada L.");
}

TEST(Users, ALaterSignInIsNothingAndAnotherTenantsAConflict) {
    EXPECT_TRUE(decide(after<users>(ada), ada)->empty());
    auto elsewhere = ada;
    elsewhere.tenant_id = "globex";
    EXPECT_EQ(decide(after<users>(ada), elsewhere).error().code, error_code::conflict);
}

TEST(Users, AnotherTenantsUserIsNotFound) {
    EXPECT_EQ(decide(after<users>(ada), update_profile{"globex", "x"}).error().code,
              error_code::resource_not_found);
    EXPECT_EQ(after<users>(ada, update_profile{"acme", "Ada"}).display_name, "Ada");
}

TEST(Agents, StartActiveAndAreSuspendedOnce) {
    EXPECT_TRUE(after<agents>(robot).active);
    const auto held = after<agents>(robot, suspend_agent{"acme", "odd"});
    EXPECT_FALSE(held.active);
    EXPECT_TRUE(decide(held, suspend_agent{"acme", "again"})->empty());
    const auto again = after<agents>(robot, suspend_agent{"acme", "odd"}, reactivate_agent{"acme"});
    EXPECT_TRUE(again.active);
}

TEST(Agents, OnlyAnActiveAgentIsIssuedKeys) {
    EXPECT_EQ(after<agents>(robot, first_key).keys.size(), 1U);
    EXPECT_EQ(decide(after<agents>(robot, suspend_agent{"acme", "odd"}), first_key).error().code,
              error_code::validation_error);
}

TEST(Agents, ARotationRevokesTheOldestActiveKey) {
    const auto rotated = after<agents>(robot, first_key, second_key);
    EXPECT_EQ(rotated.keys, (std::vector<api_key>{{"AAAAAAAA", false}, {"BBBBBBBB", true}}));
    EXPECT_EQ(decide(after<agents>(robot), second_key).error().code,
              error_code::validation_error);
}

TEST(Agents, ARotationCanNameTheKeyAndKeepsWhatItIsFor) {
    auto narrow = first_key;
    narrow.key_id = "CCCCCCCC";
    narrow.scopes = {"agent:read"};
    auto of_narrow = second_key;
    of_narrow.replaced = narrow.key_id;
    const auto rotated = after<agents>(robot, first_key, narrow, of_narrow);
    EXPECT_TRUE(rotated.keys[0].active);
    EXPECT_FALSE(rotated.keys[0].scopes) << "of what the agent may do, all";
    EXPECT_FALSE(rotated.keys[1].active);
    EXPECT_EQ(rotated.keys[2].scopes, narrow.scopes);
    of_narrow.key_id = "DDDDDDDD";
    EXPECT_EQ(decide(rotated, of_narrow).error().code, error_code::validation_error);
    EXPECT_FALSE(after<agents>(robot, first_key, second_key).keys[1].scopes);
}

TEST(Agents, AKeyIsRevokedOnceByItself) {
    const auto before = after<agents>(robot, first_key, second_key, suspend_agent{"acme", "odd"});
    const revoke_key command{"acme", "BBBBBBBB", timestamp(std::chrono::seconds(9))};
    EXPECT_EQ(decide(before, command).value(),
              (std::vector<agent_event>{key_revoked{"acme", "BBBBBBBB", command.at}}));
    EXPECT_FALSE(agents::fold(before, decide(before, command)->at(0)).keys[1].active);
    EXPECT_TRUE(decide(before, revoke_key{"acme", "AAAAAAAA", command.at})->empty());
    for (const auto& none : {revoke_key{"acme", "CCCCCCCC", command.at},
                             revoke_key{"globex", "BBBBBBBB", command.at}})
        EXPECT_EQ(decide(before, none).error().code, error_code::resource_not_found);
}

TEST(Agents, AnEventOfBeforeScopesIsOfAKeyForEverything) {
    const auto before = eventsourcing::decode<agent_event>(
        key_issued::topic,
        R"({"tenant_id":"acme","key_id":"AAAAAAAA","key_hash":"h","created_at":7})");
    EXPECT_FALSE(std::get<key_issued>(before).scopes);
    EXPECT_EQ(eventsourcing::encode_state(std::get<key_issued>(before)).find("scopes"),
              std::string::npos);
}

TEST(Agents, KeysThatAreTooOldExpireOnce) {
    const auto at = [](int seconds) { return timestamp(std::chrono::seconds(seconds)); };
    auto old = first_key, young = first_key;
    old.at = at(10);
    young.key_id = "CCCCCCCC";
    young.at = at(20);
    const auto before = after<agents>(robot, old, young, suspend_agent{"acme", "odd"});
    const expire_keys command{"acme", at(20), at(30)};
    const auto events = decide(before, command).value();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<key_expired>(events[0]), (key_expired{"acme", "AAAAAAAA", at(30)}));
    const auto expired = agents::fold(before, events[0]);
    EXPECT_FALSE(expired.keys[0].active);
    EXPECT_TRUE(expired.keys[1].active);
    EXPECT_TRUE(decide(expired, command)->empty());
    EXPECT_EQ(decide(before, expire_keys{"globex", at(20), at(30)}).error().code,
              error_code::resource_not_found);
}

TEST(Agents, AKeyIsHashedAnewOnceAndOnlyWhileItIsInForce) {
    const rehash_key anew{"acme", "AAAAAAAA", "hash-b"};
    const auto now = after<agents>(robot, first_key);
    EXPECT_EQ(decide(now, anew).value(),
              (std::vector<agent_event>{key_rehashed{"acme", "AAAAAAAA", "hash-b"}}));
    EXPECT_TRUE(decide(after<agents>(robot, first_key, anew), anew).value().empty());
    EXPECT_TRUE(decide(after<agents>(robot, first_key, second_key), anew).value().empty());
    EXPECT_FALSE(decide(after<agents>(robot), anew));
    EXPECT_FALSE(decide(now, rehash_key{"globex", "AAAAAAAA", "hash-b"}));
}

TEST(Agents, SoManyKeysExpireAtATime) {
    auto now = after<agents>(robot);
    for (std::size_t i = 0; i <= keys_expired_max; ++i)
        now.keys.push_back({std::to_string(i), true, {}});
    const expire_keys command{"acme", timestamp(std::chrono::seconds(1)), {}};
    EXPECT_EQ(decide(now, command)->size(), keys_expired_max);
}

TEST(Agents, TheTimeOfARotationStandsInItsEvent) {
    auto at = second_key;
    at.at = timestamp(std::chrono::microseconds(42));
    const auto events = decide(after<agents>(robot, first_key), at).value();
    EXPECT_EQ(std::get<key_rotated>(events.at(0)).rotated_at, at.at);
}

}  // namespace
}  // namespace headroom::service::identity
