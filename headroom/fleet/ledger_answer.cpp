#include "headroom/fleet/ledger_answer.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "headroom/persistence/rows.hpp"

namespace headroom::fleet {
namespace {

namespace json = boost::json;

constexpr std::size_t bounds_max = 1'000;  // roles and databases one member may claim

unsigned units(const json::object& in, std::string_view key) {
    return in.at(key).to_number<unsigned>();
}

unsigned units_or_none(const json::object& in, std::string_view key) {
    const auto* found = in.if_contains(key);
    return found == nullptr || found->is_null() ? 0 : found->to_number<unsigned>();
}

std::string text(const json::object& in, std::string_view key) {
    return std::string(in.at(key).as_string());
}

bound_figures figures_of(const json::object& in) {
    bound_figures made;
    made.bound = text(in, "bound");
    made.name = text(in, "name");
    made.usable = units(in, "usable");
    made.joining = units(in, "joining");
    made.externals = units(in, "externals");
    made.strangers = units(in, "strangers");
    made.orphans = units(in, "orphans");
    made.reserved = units(in, "reserved");
    made.free = units(in, "free");
    made.needs = units(in, "needs");
    made.allows = in.at("allows").to_number<int>();
    return made;
}

std::vector<bound_figures> bounds_of(const json::object& in) {
    std::vector<bound_figures> all;
    const auto* found = in.if_contains("bounds");
    if (found == nullptr || found->is_null()) return all;
    for (const auto& each : found->as_array())
        if (all.size() < bounds_max) all.push_back(figures_of(each.as_object()));
    return all;
}

fleet_refusal_reason reason_of(std::string_view word) {
    using enum fleet_refusal_reason;
    if (word == "too_little") return too_little;
    if (word == "number_taken") return number_taken;
    if (word == "no_proof_of_life") return no_proof_of_life;
    if (word == "not_a_member") return not_a_member;
    if (word == "no_standby") return no_standby;
    throw persistence::unexpected_result("a refusal this program does not know");
}

fleet_refusal refusal_of(const json::object& in, const fleet_terms& asked) {
    fleet_refusal made;
    made.reason = reason_of(text(in, "refused"));
    made.asker = name_of(asked);
    made.asked = asked.most;
    made.floor = asked.floor;
    made.learning = in.at("learning").as_bool();
    made.called = units_or_none(in, "called");
    made.bounds = bounds_of(in);
    if (const auto* holders = in.if_contains("holders"))
        for (const auto& each : holders->as_array())
            if (made.holders.size() < fleet_refusal::holders_max)
                made.holders.push_back(
                    {text(each.as_object(), "name"), units(each.as_object(), "units")});
    return made;
}

reservation reservation_of(const json::object& in) {
    reservation made;
    made.units = units(in, "reservation");
    if (const auto* target = in.if_contains("target"); target != nullptr && !target->is_null())
        made.target = target->to_number<unsigned>();
    made.learning = in.at("learning").as_bool();
    const auto* unmet = in.if_contains("unmet");
    made.unmet = unmet != nullptr && unmet->as_bool();
    made.beyond = units_or_none(in, "beyond");
    made.collected = units_or_none(in, "collected");
    made.bounds = bounds_of(in);
    return made;
}

fleet_result decision_of(const json::object& answer, const fleet_terms& asked) {
    if (answer.contains("refused")) return std::unexpected(refusal_of(answer, asked));
    return reservation_of(answer);
}

/// What `read` makes of an answer; whatever is wrong with it is said in one way.
template <class Read>
auto reading(std::string_view text, const Read& read) {
    try {
        const auto parsed = json::parse({text.data(), text.size()});
        return read(parsed.as_object());
    } catch (const persistence::unexpected_result&) {
        throw;
    } catch (const std::exception& why) {
        throw persistence::unexpected_result(fmt::format("the fleet ledger's answer: {}",
                                                         why.what()));
    }
}

}  // namespace

std::string claims_text(const std::vector<claim>& of) {
    json::array all;
    for (const auto& each : of)
        all.push_back(json::object{{"role", each.role},
                                   {"database", each.database},
                                   {"floor", each.floor},
                                   {"most", each.most}});
    return json::serialize(all);
}

fleet_result read_answer(std::string_view text, const fleet_terms& asked) {
    return reading(text, [&](const json::object& answer) { return decision_of(answer, asked); });
}

standby_answer read_standby_answer(std::string_view from, const fleet_terms& asked) {
    return reading(from, [&](const json::object& answer) {
        standby_answer made;
        if (answer.contains("ticket")) made.ticket = text(answer, "ticket");
        if (!answer.contains("look_again")) made.decided = decision_of(answer, asked);
        return made;
    });
}

std::string name_of(const fleet_terms& who) {
    return fmt::format("{}/{}/{:08x}", who.system, who.duty, who.number);
}

}  // namespace headroom::fleet
