#include "bench/wrk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "headroom/testing/child_process.hpp"

namespace headroom::bench {
namespace {

constexpr std::chrono::seconds drive_max{120};

std::runtime_error strange(const std::string& text) {
    return std::runtime_error("wrk said: " + text);
}

/// The number at the beginning of the line in which a word of the report stands.
double figure_before(const std::string& text, std::string_view word) {
    const auto at = text.find(word);
    if (at == std::string::npos) throw strange(text);
    return std::strtod(text.c_str() + text.rfind('\n', at) + 1, nullptr);
}

/// The number behind a word, and what follows it; 0 when the word is not there.
double figure_after(const std::string& text, std::string_view word, const char** unit = nullptr) {
    const auto at = text.find(word);
    if (at == std::string::npos) return 0;
    char* end = nullptr;
    const double value = std::strtod(text.c_str() + at + word.size(), &end);
    if (unit != nullptr) *unit = end;
    return value;
}

double milliseconds_after(const std::string& text, std::string_view word) {
    const char* unit = "ms";
    const double value = figure_after(text, word, &unit);
    const std::string_view of(unit);
    return of.starts_with("us") ? value / 1000 : of.starts_with("ms") ? value : value * 1000;
}

}  // namespace

wrk_report drive(std::uint16_t port, const wrk_load& with) {
    const auto seconds = std::max(1U, with.ms / 1000);
    testing::program what;
    what.arguments = {"wrk", "--latency", "-t", std::to_string(with.threads),
                      "-c", std::to_string(with.connections), "-d", fmt::format("{}s", seconds)};
    what.arguments.insert(what.arguments.end(), with.options.begin(), with.options.end());
    what.arguments.push_back(fmt::format("http://127.0.0.1:{}{}", port, with.path));
    const auto ran = testing::run_program(what, drive_max);
    if (ran.code != 0 || ran.output.find("Socket errors") != std::string::npos)
        throw strange(ran.output + ran.errors);
    wrk_report seen;
    seen.text = ran.output;
    seen.requests = figure_before(ran.output, " requests in ");
    seen.per_second = figure_after(ran.output, "Requests/sec:");
    seen.refused = figure_after(ran.output, "Non-2xx or 3xx responses:");
    seen.p99_ms = milliseconds_after(ran.output, " 99%");
    seen.seconds = seen.per_second > 0 ? seen.requests / seen.per_second : 0;
    return seen;
}

}  // namespace headroom::bench
