#include "headroom/tasks/backoff.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <cmath>
#include <stdexcept>

#include "headroom/tasks/wire/label_words.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

double drawn(const chance& random) {
    const double number = random();
    BOOST_ASSERT_MSG(number >= 0 && number < 1, "chance is a number in [0, 1)");
    return number;
}

bool is_of_class(std::string_view error, std::string_view pattern) {
    if (!pattern.ends_with('*')) return error == pattern;
    return error.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

std::optional<std::string> backoff::fault() const {
    if (base < 0ms || base > backoff_max) return "base is not within 0 and a week";
    if (most < base || most > backoff_max) return "most is not within base and a week";
    if (tries_max < 1 || tries_max > backoff_tries_max) return "tries_max is not within 1 and 1000";
    return std::nullopt;
}

milliseconds backoff::pause(int failures, const chance& random) const {
    BOOST_ASSERT(failures >= 1 && !fault());
    double factor = 1;
    if (grows == growth::linear) factor = failures;
    if (grows == growth::exponential) factor = std::exp2(std::min(failures - 1, 62));
    const double grown = std::min(static_cast<double>(base.count()) * factor,
                                  static_cast<double>(most.count()));
    const double share = full_jitter ? drawn(random) : 1.0;
    return milliseconds(static_cast<std::int64_t>(std::round(grown * share)));
}

backoff_rules::backoff_rules(std::vector<rule> rules) : rules_(std::move(rules)) {
    for (const auto& each : rules_)
        if (const auto fault = each.how.fault())
            throw std::invalid_argument("retries after " + each.error + ": " + *fault);
}

std::optional<milliseconds> backoff_rules::next(std::string_view error, int failures,
                                                const chance& random,
                                                std::optional<milliseconds> retry_after) const {
    const auto found = std::ranges::find_if(
        rules_, [&](const rule& each) { return is_of_class(error, each.error); });
    if (found == rules_.end() || failures >= found->how.tries_max) return std::nullopt;
    if (retry_after) return std::clamp(*retry_after, milliseconds(0), milliseconds(backoff_max));
    return found->how.pause(failures, random);
}

decoded<std::optional<microseconds>> taskiq_retry::next(const label_set& labels,
                                                        const chance& random) const {
    using pause = std::optional<microseconds>;
    if (!retry_on_error_of(labels, default_on_error)) return pause();
    const auto so_far = retries_of(labels);
    if (!so_far) return std::unexpected(so_far.error());
    const auto most = max_retries_of(labels, default_retries);
    if (!most) return std::unexpected(most.error());
    const auto failures = std::int64_t{*so_far} + 1;
    if (failures >= *most) return pause();
    const auto delay = retry_delay_of(labels, default_delay);
    if (!delay) return std::unexpected(delay.error());
    auto made = std::chrono::duration<double>(*delay);
    if (exponent)
        made = std::min(made * static_cast<double>(failures),
                        std::chrono::duration<double>(max_exponent));
    if (jitter) made += std::chrono::duration<double>(drawn(random));
    return pause(std::chrono::round<microseconds>(made));
}

}  // namespace headroom::tasks
