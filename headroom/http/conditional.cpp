#include "headroom/http/conditional.hpp"

#include <algorithm>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http {
namespace {

// Section 8.8.3.2: the weak comparison.
std::string_view opaque_part(std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    return tag;
}

}  // namespace

bool is_known_to_client(const request& asked, const response& answer) noexcept {
    if (answer.status() != 200 || answer.goes_on()) return false;
    if (asked.method != method::get && asked.method != method::head) return false;
    const auto tag = std::ranges::find_if(answer.added(), [](const auto& each) {
        return detail::equal_ignoring_case(each.first, "etag");
    });
    if (tag == answer.added().end()) return false;
    bool found = false;
    for (const auto& each : asked.headers.all())
        if (detail::equal_ignoring_case(each.name, "if-none-match"))
            for_each_element(each.value, [&](std::string_view one) {
                found = found || one == "*" || opaque_part(one) == opaque_part(tag->second);
            });
    return found;
}

}  // namespace headroom::http
