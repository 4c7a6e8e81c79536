#include "headroom/observability/trace_position.hpp"

#include <algorithm>
#include <boost/container/static_vector.hpp>

#include "headroom/observability/trace_context.hpp"

namespace headroom::observability {
namespace {

// Level 1 knows "sampled", level 2 "random"; whatever else was set means nothing to us.
constexpr std::uint8_t known_flags = 0x03;
constexpr std::size_t key_bytes_max = 256, value_bytes_max = 256;

bool is_key_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*' ||
           c == '/' || c == '@';
}

bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= key_bytes_max &&
           ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= '0' && text[0] <= '9')) &&
           std::ranges::all_of(text, is_key_char) && std::ranges::count(text, '@') <= 1;
}

bool is_state_value(std::string_view text) {
    return !text.empty() && text.size() <= value_bytes_max && text.back() != ' ' &&
           std::ranges::all_of(
               text, [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

bool is_tracestate(std::string_view text) {
    if (text.size() > tracestate_bytes_max) return false;
    boost::container::static_vector<std::string_view, tracestate_members_max> keys;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto member = without_blanks(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        if (member.empty()) continue;  // empty members are allowed
        const auto equals = member.find('=');
        if (equals == std::string_view::npos || keys.size() == tracestate_members_max) return false;
        const auto key = member.substr(0, equals);
        if (!is_key(key) || !is_state_value(member.substr(equals + 1))) return false;
        if (std::ranges::find(keys, key) != keys.end()) return false;
        keys.push_back(key);
    }
    return !keys.empty();
}

log_context trace_position::context(std::string_view request_id) const {
    return {std::string(request_id), std::string(trace_id()), std::string(span_id()), flags()};
}

trace_position trace_source::follow(std::span<const std::string_view> traceparents,
                                    std::string_view tracestate) {
    trace_position made;
    made.known_ = true;
    std::ranges::fill(made.text_, '-');
    made.text_[0] = made.text_[1] = made.text_[53] = '0';
    const std::span<char> text(made.text_);
    const auto caller =
        traceparents.size() == 1 ? parse_traceparent(traceparents[0]) : std::nullopt;
    if (caller) {
        std::ranges::copy(caller->trace_id, made.text_.begin() + 3);
        made.flags_ = caller->flags & known_flags;
        if (is_tracestate(tracestate)) made.state_ = tracestate;
    } else {
        ids_.write_hex(text.subspan(3, 32));
    }
    ids_.write_hex(text.subspan(36, 16));
    made.text_[54] = static_cast<char>('0' + made.flags_);
    return made;
}

}  // namespace headroom::observability
