#include "headroom/http/detail/request_origin.hpp"

#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <string>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::detail {

observability::trace_position position_of(observability::trace_source& from, const fields& asked) {
    boost::container::static_vector<std::string_view, 2> parents;
    std::string state;
    for (const auto& each : asked.all()) {
        if (equal_ignoring_case(each.name, "traceparent") && parents.size() < parents.capacity())
            parents.push_back(each.value);
        if (!equal_ignoring_case(each.name, "tracestate")) continue;
        if (!state.empty()) state += ',';
        state += each.value;
    }
    return from.follow({parents.data(), parents.size()}, state);
}

std::optional<std::chrono::milliseconds> timeout_of(const fields& asked) noexcept {
    constexpr std::chrono::milliseconds nonsense{0};
    const auto count = asked.count("request-timeout");
    if (count == 0) return std::nullopt;
    const auto text = *asked.find("request-timeout");
    const auto point = text.find('.');
    const auto whole = text.substr(0, point);
    if (count > 1 || whole.empty() || whole.size() > 6) return nonsense;
    std::int64_t ms = 0;
    for (const char c : whole) {
        if (c < '0' || c > '9') return nonsense;
        ms = ms * 10 + (c - '0');
    }
    ms *= 1000;
    if (point == std::string_view::npos) return std::chrono::milliseconds(ms);
    const auto decimals = text.substr(point + 1);
    if (decimals.empty() || decimals.size() > 3) return nonsense;
    std::int64_t unit = 100;
    for (const char c : decimals) {
        if (c < '0' || c > '9') return nonsense;
        ms += (c - '0') * unit;
        unit /= 10;
    }
    return std::chrono::milliseconds(ms);
}

}  // namespace headroom::http::detail
