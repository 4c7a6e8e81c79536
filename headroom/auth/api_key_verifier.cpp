#include "headroom/auth/api_key_verifier.hpp"

#include <boost/assert.hpp>

#include "headroom/auth/older_api_keys.hpp"

namespace headroom::auth {
namespace {

/// Nothing where the key is in force.
std::optional<api_key_fault> standing(const registered_api_key& of, wall_time now) {
    if (of.revoked) return api_key_fault::revoked;
    if (of.expiry && now >= *of.expiry) return api_key_fault::expired;
    if (!of.agent_active) return api_key_fault::agent_suspended;
    return std::nullopt;
}

}  // namespace

api_key_verifier::api_key_verifier(api_key_terms terms, kept_api_keys& kept)
    : terms_(std::move(terms)), kept_(kept) {
    BOOST_ASSERT(terms_.look_up && terms_.now);
}

task<api_key_verifier::verified> api_key_verifier::verify(std::string_view presented,
                                                          std::string_view from,
                                                          deadline until) const {
    if (terms_.pepper.empty()) co_return std::unexpected(api_key_fault::not_served);
    const auto read = parse_api_key(presented);
    if (!read) co_return std::unexpected(api_key_fault::malformed);
    const auto found = co_await find(read->id, until);
    if (!found) co_return std::unexpected(refusal(api_key_fault::unknown, *read, from));
    const auto right = co_await check(*found, *read, from, until);
    if (!right) co_return std::unexpected(refusal(right.error(), *read, from));
    const auto now = terms_.now();
    if (const auto why = standing(*found, now)) co_return std::unexpected(*why);
    if (terms_.used) terms_.used(*found, now);
    co_return found->who;
}

task<std::optional<registered_api_key>> api_key_verifier::find(std::string id,
                                                               deadline until) const {
    if (auto known = kept_.find(id)) co_return known;
    const auto ticket = kept_.ticket();
    auto found = co_await terms_.look_up(id, until);
    if (found) kept_.put(id, *found, ticket);
    co_return found;
}

task<std::expected<void, api_key_fault>> api_key_verifier::check(const registered_api_key& key,
                                                                 const presented_api_key& sent,
                                                                 std::string_view from,
                                                                 deadline until) const {
    if (is_older_hash(key.hash)) {
        if (terms_.older == nullptr || sent.summed)  // older systems gave no checksums
            co_return std::unexpected(api_key_fault::wrong);
        co_return co_await terms_.older->check(key, sent.value, from, until);
    }
    if (!matches_api_key(sent.value, terms_.pepper, key.hash))
        co_return std::unexpected(api_key_fault::wrong);
    co_return std::expected<void, api_key_fault>();
}

// Counted by the form it was presented in, whatever is kept under its id and whether anything is:
// else the answer would say that there is such a key.
api_key_fault api_key_verifier::refusal(api_key_fault why, const presented_api_key& sent,
                                        std::string_view from) const {
    const bool counts = why == api_key_fault::unknown || why == api_key_fault::wrong;
    if (!counts || sent.summed || terms_.older == nullptr) return why;
    return terms_.older->count_wrong(sent.id, from, why);
}

}  // namespace headroom::auth
