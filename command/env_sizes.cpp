#include "command/env_sizes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "command/fields.hpp"

namespace headroom::command {

using fleet::finding;
using fleet::severity;

void env_sizes::read(env_pool& into, const catalogue_pool& pool, const named_url* url) {
    into.pool = size_of(pool, url);
    into.overflow = overflow_of(pool, url);
    apply_sizes(into, pool);
    multiply(into, pool);
    find_faults_of_size(into);
}

const assignment* env_sizes::find(std::string_view name) const {
    const auto at = std::ranges::find(from_.text.assignments, name, &assignment::name);
    return at == from_.text.assignments.end() ? nullptr : &*at;
}

std::string env_sizes::origin(const assignment& of) const {
    return fmt::format("{}:{}", from_.label, of.line);
}

void env_sizes::complain(std::string id, severity weight, std::string subject, std::string what,
                         std::string evidence) {
    says_.add(finding{std::move(id), weight, std::move(subject), std::move(what),
                      std::move(evidence), 0});
}

sized_figure env_sizes::first_number(const std::vector<std::string>& settings) {
    for (const auto& name : settings) {
        const auto* set = find(name);
        if (set == nullptr) continue;
        read_.insert(name);
        sized_figure found{{}, set->value == "-1", origin(*set), name};
        unsigned units = 0;
        if (found.unbounded) return found;
        if (read_number(set->value, 0, budget::figure_max, units)) {
            complain("HR-EN-FAULT", severity::medium, name,
                     "is no whole number that a size can be: the default stands", origin(*set));
            continue;
        }
        found.units = units;
        return found;
    }
    return {};
}

sized_figure env_sizes::of_parameter(const std::string& name, const named_url* url) {
    if (url == nullptr || name.empty()) return {};
    const auto at = url->at.parameters.find(name);
    if (at == url->at.parameters.end()) return {};
    unsigned units = 0;
    const auto where = fmt::format("{} of {} in {}", name, url->from->name, origin(*url->from));
    if (read_number(at->second, 0, budget::figure_max, units)) {
        complain("HR-EN-FAULT", severity::medium, name,
                 "is no whole number that a size can be: the default stands", where);
        return {};
    }
    return {units, false, where, url->from->name};
}

sized_figure env_sizes::stated(const std::string& name, const std::string& parameter,
                               const std::vector<std::string>& settings, const named_url* url) {
    auto in_url = of_parameter(parameter, url);
    auto in_setting = first_number(settings);
    if (in_url.setting.empty()) return in_setting;
    if (!in_setting.setting.empty() && in_setting.units != in_url.units)
        complain("HR-EN-CONTRADICTION", severity::medium, name,
                 fmt::format("{} says {}, {} says {}", in_url.from, budget::to_text(in_url.units),
                             in_setting.setting, budget::to_text(in_setting.units)),
                 in_setting.from);
    return in_url;
}

sized_figure env_sizes::size_of(const catalogue_pool& pool, const named_url* url) {
    auto found = stated(pool.name, pool.pool_parameter, pool.pool_settings, url);
    if (!found.setting.empty()) return found;
    if (pool.per_cpu > 0 && terms_.cpus == 0) {
        found.from = fmt::format("default, for {} processors a guess", cpus_assumed);
        return found;
    }
    found.units = pool.sized(terms_.cpus);
    found.unbounded = !found.units;
    if (pool.per_cpu > 0) found.from = fmt::format("default for {} processors", terms_.cpus);
    return found;
}

sized_figure env_sizes::overflow_of(const catalogue_pool& pool, const named_url* url) {
    auto found = stated(pool.name, pool.overflow_parameter, pool.overflow_settings, url);
    if (!found.setting.empty()) return found;
    found.units = pool.open.overflow.units;
    return found;
}

void env_sizes::apply_sizes(env_pool& into, const catalogue_pool& pool) const {
    using enum budget::overflow_kind;
    auto& open = into.open;
    open.pool = into.pool.unbounded ? budget::figure{} : into.pool.units;
    const bool no_limit = into.pool.unbounded || into.overflow.unbounded;
    open.overflow = {no_limit ? unbounded : fixed,
                     static_cast<unsigned>(into.overflow.units.value_or(0))};
    if (open.max())
        open.estimate.reset();
    else if (pool.per_cpu > 0)
        open.estimate = pool.sized(cpus_assumed);
    open.settings.clear();
    for (const auto* each : {&into.pool, &into.overflow})
        if (!each->setting.empty()) open.settings.push_back(each->setting);
    if (into.pool.setting.empty() && !pool.pool_settings.empty()) {
        open.settings = {pool.pool_settings.front()};
        if (!pool.overflow_settings.empty())
            open.settings.push_back(pool.overflow_settings.front());
    }
    open.hardcoded = pool.pool_settings.empty() && pool.pool_parameter.empty();
}

void env_sizes::multiply(env_pool& into, const catalogue_pool& pool) {
    std::uint64_t times = pool.open.instances;
    std::vector<std::string> from;
    const auto take = [&](const std::vector<std::string>& settings) {
        const auto said = first_number(settings);
        if (!said.units) return;
        times *= *said.units;
        from.push_back(fmt::format("{}={} ({})", said.setting, *said.units, said.from));
    };
    take(pool.instance_settings);
    if (pool.open.per == budget::multiplicity::process && !terms_.workers_said)
        take(terms_.known.worker_settings);
    into.times = static_cast<unsigned>(std::min<std::uint64_t>(times, instances_max));
    into.open.instances = into.times;
    into.times_from = from.empty() ? pool.times : fmt::format("{}", fmt::join(from, ", "));
}

void env_sizes::find_faults_of_size(const env_pool& made) {
    if (made.pool.unbounded || made.overflow.unbounded)
        complain("HR-EN-UNBOUNDED", severity::medium, made.open.name,
                 fmt::format("{} has no limit: {} is not set to one", made.title,
                             made.open.settings.empty() ? "a setting" : made.open.settings.front()),
                 made.pool.from);
    else if (made.open.hardcoded)
        complain("HR-EN-HARDCODED", severity::note, made.open.name,
                 "no setting that we know changes its size", made.title);
    else if (made.pool.setting.empty())
        complain("HR-EN-DEFAULT", severity::low, made.open.name,
                 fmt::format("nobody chose its size: {} is {}'s default",
                             budget::to_text(made.open.max(), made.open.estimate), made.title),
                 fmt::format("set {}", fmt::join(made.open.settings, " and ")));
}

}  // namespace headroom::command
