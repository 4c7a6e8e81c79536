#include "headroom/http/method.hpp"

#include <array>

namespace headroom::http {
namespace {

constexpr std::array<std::string_view, 10> names{"GET",    "HEAD",    "POST",  "PUT",     "PATCH",
                                                 "DELETE", "OPTIONS", "TRACE", "CONNECT", "OTHER"};

}  // namespace

std::string_view to_string(method of) noexcept { return names[static_cast<std::size_t>(of)]; }

method parse_method(std::string_view name) noexcept {
    for (std::size_t i = 0; i + 1 < names.size(); ++i)
        if (names[i] == name) return static_cast<method>(i);
    return method::other;
}

}  // namespace headroom::http
