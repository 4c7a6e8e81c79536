#include "headroom/tasks/wire/label_words.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "headroom/tasks/wire/python_convert.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::microseconds;

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

decoded<std::optional<double>> seconds_of(const label_set& labels, std::string_view name) {
    const auto* found = labels.value_of(name);
    if (!found) return std::optional<double>();
    const auto seconds = python_float_of(*found);
    if (!seconds || std::isnan(*seconds)) return wrong_shape(std::string(name) + " is no number");
    return seconds;
}

microseconds cut_to_bounds(double seconds) {
    static constexpr double most = std::chrono::duration<double>(label_duration_max).count();
    return std::chrono::round<microseconds>(
        std::chrono::duration<double>(std::clamp(seconds, 0.0, most)));
}

decoded<int> count_of(const label_set& labels, std::string_view name, int otherwise) {
    const auto* found = labels.value_of(name);
    if (!found) return otherwise;
    const auto whole = python_int_of(*found);
    if (!whole) return wrong_shape(std::string(name) + " is no integer");
    static constexpr std::int64_t least = std::numeric_limits<int>::min(),
                                  most = std::numeric_limits<int>::max();
    if (const auto* small = whole->get<std::int64_t>())
        return static_cast<int>(std::clamp(*small, least, most));
    const bool negative = whole->get<big_integer>()->digits().starts_with('-');
    return static_cast<int>(negative ? least : most);
}

}  // namespace

decoded<std::optional<microseconds>> timeout_of(const label_set& labels) {
    const auto seconds = seconds_of(labels, label_name::timeout);
    if (!seconds) return std::unexpected(seconds.error());
    if (!*seconds || std::isinf(**seconds)) return std::optional<microseconds>();
    return std::optional(cut_to_bounds(**seconds));
}

decoded<ack_moment> ack_moment_of(const label_set& labels) {
    const auto* found = labels.value_of(label_name::ack_type);
    if (!found) return ack_moment::when_saved;
    const auto* text = found->get<std::string>();
    const auto word = text ? lower_case(*text) : std::string();
    if (word == "when_received") return ack_moment::when_received;
    if (word == "when_executed") return ack_moment::when_executed;
    if (word == "when_saved") return ack_moment::when_saved;
    if (word == "manual") return ack_moment::manual;
    return wrong_shape("ack_type is none of when_received, when_executed, when_saved, manual");
}

bool retry_on_error_of(const label_set& labels, bool otherwise) {
    const auto* found = labels.value_of(label_name::retry_on_error);
    if (!found || found->is_null()) return otherwise;
    return found->get<std::string>() ? reads_true(*found) : python_truth_of(*found);
}

decoded<int> max_retries_of(const label_set& labels, int otherwise) {
    return count_of(labels, label_name::max_retries, otherwise);
}

decoded<int> retries_of(const label_set& labels) {
    return count_of(labels, label_name::retries, 0);
}

decoded<int> requeues_of(const label_set& labels) {
    return count_of(labels, label_name::requeues, 0);
}

decoded<microseconds> retry_delay_of(const label_set& labels, microseconds otherwise) {
    const auto seconds = seconds_of(labels, label_name::delay);
    if (!seconds) return std::unexpected(seconds.error());
    return *seconds ? cut_to_bounds(**seconds) : otherwise;
}

std::optional<double> moment_of(const label_set& labels, std::string_view name) {
    const auto* found = labels.value_of(name);
    return found ? python_float_of(*found) : std::nullopt;
}

std::string_view text_of(const label_set& labels, std::string_view name) {
    const auto* found = labels.value_of(name);
    const auto* text = found ? found->get<std::string>() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

}  // namespace headroom::tasks
