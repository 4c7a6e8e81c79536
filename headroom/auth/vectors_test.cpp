// Signatures of others: Wycheproof's `json_web_signature` cases and the examples of RFC 7520. They
// are read from the folder that HEADROOM_VECTORS names, else from `shared/vectors` beside the
// checkout.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "headroom/auth/key_set.hpp"
#include "headroom/auth/token_fixture.hpp"

namespace headroom::auth {
namespace {

namespace json = boost::json;

std::filesystem::path vectors() {
    const auto* named = std::getenv("HEADROOM_VECTORS");
    return named == nullptr ? HEADROOM_VECTORS_BESIDE : named;
}

json::value read_vectors(const std::filesystem::path& from) {
    std::ifstream file(from);
    std::stringstream text;
    text << file.rdbuf();
    return json::parse(text.str());
}

algorithm_set every_algorithm() {
    algorithm_set made = public_key_algorithms;
    for (const auto each : {algorithm::hs256, algorithm::hs384, algorithm::hs512}) made.add(each);
    return made;
}

/// The payload, when the signature holds.
std::optional<std::string> verified(std::string_view token, const json::value& jwk) {
    const auto keys = key_set::parse(fixture::set_of({json::serialize(jwk)}), key_origin::local);
    const auto read = parse_jws(token);
    if (!keys || !read || !verify_signature(*read, *keys, every_algorithm())) return std::nullopt;
    return read->payload;
}

// The eight cases whose label is wrong, and what holds.
const std::map<std::int64_t, bool> relabelled = {
    {346, false}, {350, false},  // the key says PS256, the token PS384
    {347, false}, {351, false},  // the key says "ES521", which is no algorithm
    {367, true},  {370, true},   // byte for byte the valid case 357
    {372, false}, {373, false},  // a question mark within base64url
};

TEST(Wycheproof, EachOfItsCasesIsJudgedRightly) {
    const auto file = vectors() / "wycheproof-json_web_signature_test.json";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "there is no " << file;
    const auto all = read_vectors(file);
    unsigned cases = 0;
    for (const auto& group : all.at("testGroups").as_array()) {
        const auto* key = group.as_object().if_contains("public");
        if (key == nullptr) key = &group.at("private");
        for (const auto& each : group.at("tests").as_array()) {
            const auto number = each.at("tcId").as_int64();
            const auto fixed = relabelled.find(number);
            const bool valid =
                fixed != relabelled.end() ? fixed->second : each.at("result") == "valid";
            EXPECT_EQ(verified(each.at("jws").as_string(), *key).has_value(), valid)
                << number << " " << each.at("comment");
            ++cases;
        }
    }
    EXPECT_EQ(cases, 401U);
}

/// A public key of RFC 7520's private one; a secret stays as it is.
json::value without_private_members(const json::value& jwk) {
    auto made = jwk.as_object();
    for (const auto* each : {"d", "p", "q", "dp", "dq", "qi"}) made.erase(each);
    return made;
}

TEST(Rfc7520, ItsCompactExamplesAreVerified) {
    const auto folder = vectors() / "rfc7520-jws";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "there is no " << folder;
    for (const auto* name : {"4_1.rsa_v15_signature", "4_2.rsa-pss_signature",
                             "4_3.ecdsa_signature", "4_4.hmac-sha2_integrity_protection"}) {
        const auto example = read_vectors(folder / (std::string(name) + ".json"));
        const auto& input = example.at("input").as_object();
        const auto token = std::string(example.at("output").at("compact").as_string());
        const auto key = without_private_members(input.at("key"));
        const auto payload = verified(token, key);
        EXPECT_EQ(payload, std::string(input.at("payload").as_string())) << name;
        EXPECT_FALSE(verified(token, input.at("key")) && input.at("key").at("kty") != "oct");
    }
}

}  // namespace
}  // namespace headroom::auth
