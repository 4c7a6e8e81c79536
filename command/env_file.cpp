#include "command/env_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "command/spelling.hpp"
#include "headroom/budget/sizes.hpp"
#include "headroom/runtime/dotenv.hpp"

namespace headroom::command {
namespace {

using budget::consumer;
using budget::plan;
using problem = std::optional<no_file>;

/// "5", "unbounded" or "unknown": what a part of a size states.
std::string stated(const plan& in, const budget::sized_part& part) {
    using enum budget::sized_part::figure_of;
    if (part.what == reserve) return fmt::format("{}", in.resources[part.index].reserve);
    const auto& of = in.consumers[part.index];
    if (part.what == pool) return budget::to_text(of.pool);
    return of.overflow.kind == budget::overflow_kind::unbounded
               ? "unbounded"
               : fmt::format("{}", of.overflow.units);
}

/// "5 for a.pool and 1 for b.pool".
std::string contradiction(const plan& in, const budget::size& of) {
    const auto first = stated(in, of.parts.front());
    for (std::size_t i = 1; i < of.parts.size(); ++i)
        if (const auto other = stated(in, of.parts[i]); other != first)
            return fmt::format("{} for {} and {} for {}", first, of.names.front(), other,
                               of.names[i]);
    return {};
}

bool reads_as_overflow(const consumer& each, const std::string& setting) {
    return each.shared() && each.settings.size() > 1 && each.settings[1] == setting;
}

/// A consumer that borrows and reads a variable which others need to have a number.
const consumer* borrower_of(const plan& in, const std::string& setting) {
    const auto at = std::ranges::find_if(
        in.consumers, [&](const auto& each) { return reads_as_overflow(each, setting); });
    return at == in.consumers.end() ? nullptr : &*at;
}

/// Why a variable cannot be written; empty when it can.
std::string trouble_with(const plan& in, const budget::size& of) {
    const auto& first = of.names.front();
    if (!is_variable_name(of.setting))
        return fmt::format("settings: {} is no name of a variable: letters, digits and underscores",
                           in_quotes(of.setting));
    if (!of.agreed)
        return fmt::format("{0}: one variable cannot be {1}: --set {0}=N", of.setting,
                           contradiction(in, of));
    if (!of.declared) {
        const bool boundless = stated(in, of.parts.front()) == "unbounded";
        return fmt::format("{}: {} {}, and a variable needs a number: --set {}=N", of.setting,
                           first, boundless ? "is unbounded" : "is not stated", first);
    }
    if (const auto* borrows = borrower_of(in, of.setting))
        return fmt::format("{}: one variable cannot be shared for {}.overflow and {} for {}",
                           of.setting, borrows->name, budget::to_text(of.declared), first);
    return {};
}

/// The first such trouble: the manifest's, or else that of an option.
problem first_trouble(const plan& before, const plan& after) {
    const auto sizes_before = budget::sizes_of(before);
    for (const auto& each : budget::sizes_of(after)) {
        auto what = trouble_with(after, each);
        if (what.empty()) continue;
        const auto was = std::ranges::find(sizes_before, each.setting, &budget::size::setting);
        const bool was_fine = was != sizes_before.end() && trouble_with(before, *was).empty();
        return no_file{was_fine ? exit_code::usage : exit_code::manifest, std::move(what)};
    }
    return {};
}

problem cannot_be_set(const std::string& part) {
    return no_file{exit_code::usage,
                   fmt::format("--set {}: no variable sets it, so no file can", part)};
}

/// A known figure that the options changed, though the program that reads the file cannot be told.
/// What the manifest does not know may be stated: that is no change.
problem changed_in_vain(const consumer& was, const consumer& is) {
    const bool boundless = was.overflow.kind == budget::overflow_kind::unbounded;
    if (is.pool != was.pool && was.pool && is.settings.empty())
        return cannot_be_set(is.name + ".pool");
    if (is.overflow != was.overflow && !boundless && (is.settings.size() < 2 || is.shared()))
        return cannot_be_set(is.name + ".overflow");
    return {};
}

problem changed_in_vain(const plan& before, const plan& after) {
    for (std::size_t i = 0; i < after.consumers.size(); ++i)
        if (auto vain = changed_in_vain(before.consumers[i], after.consumers[i])) return vain;
    for (std::size_t i = 0; i < after.resources.size(); ++i)
        if (after.resources[i].reserve != before.resources[i].reserve &&
            after.resources[i].reserve_setting.empty())
            return cannot_be_set(after.resources[i].name + ".reserve");
    return {};
}

/// In how many instances each part counts: "web.engine.pool x 4".
std::string reader_of(const plan& in, const budget::size& of, std::size_t i) {
    const auto& part = of.parts[i];
    if (part.what == budget::sized_part::figure_of::reserve) return of.names[i];
    const auto instances = in.consumers[part.index].instances;
    return instances == 1 ? of.names[i] : fmt::format("{} x {}", of.names[i], instances);
}

std::string line_of(const plan& in, const budget::size& of) {
    std::vector<std::string> readers;
    for (std::size_t i = 0; i < of.parts.size(); ++i) readers.push_back(reader_of(in, of, i));
    return fmt::format("# {}\n{}={}\n", fmt::join(readers, ", "), of.setting,
                       budget::to_text(of.declared));
}

/// Variables that stay unset, because what they would cap is borrowed.
std::string unset_lines(const plan& in) {
    std::string text;
    for (const auto& each : in.consumers)
        if (each.shared() && each.settings.size() > 1)
            text +=
                fmt::format("# {} stays unset: {} borrows from the reserve of {}\n",
                            each.settings[1], each.name, in.find_resource(each.resource)->reserve);
    return text;
}

}  // namespace

generated env_file(const chosen_plan& from, const std::string& profile) {
    const auto sizes = budget::sizes_of(from.of);
    if (sizes.empty())
        return std::unexpected(
            no_file{exit_code::manifest,
                    "consumers: none names settings, so there is no variable to write"});
    if (auto vain = changed_in_vain(from.from.of, from.of)) return std::unexpected(*vain);
    if (auto wrong = first_trouble(from.from.of, from.of)) return std::unexpected(*wrong);
    auto text = opening(".env." + profile, from, "#") + accounts(from, "#");
    for (const auto& each : sizes) text += line_of(from.of, each);
    return generated_file{".env." + profile, text + unset_lines(from.of)};
}

}  // namespace headroom::command
