// A manifest of any bytes is either read or refused with faults that are safe to print, and what
// was read can be added up, judged and written in every form without an unknown turning into a
// figure.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>

#include "command/manifest.hpp"
#include "command/source_file.hpp"
#include "command/tree_checks.hpp"

namespace {

using namespace headroom;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_faults(const std::vector<command::fault>& faults) {
    require(!faults.empty() && faults.size() <= command::faults_max + 1);
    for (const auto& each : faults)
        for (const char letter : each.key + each.what) require(letter >= ' ' && letter <= '~');
}

void check_total(const budget::total& of) {
    require(of.sum.has_value() ? of.estimated_sum == of.sum : true);
    require(!of.peak || *of.peak == of.least_peak);
    require(!of.peak || !of.sum || *of.peak >= *of.sum);
    const auto rows = budget::as_table(budget::make_report({{of.of}, {}, {}}));
    require(!rows.empty());
}

void check_report(const command::manifest& read) {
    std::vector<budget::scenario> ifs;
    for (const auto& each : read.scenarios) ifs.push_back(command::apply(each, read.of));
    auto report = budget::make_report(read.of, budget::rule::headroom, ifs);
    report.title = read.title;
    for (const auto& each : report.resources) check_total(each.all);
    require(!budget::as_markdown(report).empty());
    const auto parsed = boost::json::parse(budget::as_json(report)).as_object();
    require(parsed.at("resources").as_array().size() == read.of.resources.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = command::check_source(std::string(reinterpret_cast<const char*>(data), size));
    if (!text) return 0;
    const auto read = command::read_manifest(*text);
    if (read)
        check_report(*read);
    else
        check_faults(read.error());
    return 0;
}
