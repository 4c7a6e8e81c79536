// http/method.hpp: the request methods a route can serve.
#pragma once
#include <cstdint>
#include <string_view>

namespace headroom::http {

/// `other` is any further token: well-formed, and answered 501.
enum class method : std::uint8_t {
    get,
    head,
    post,
    put,
    patch,
    del,
    options,
    trace,
    connect,
    other
};

std::string_view to_string(method of) noexcept;  ///< "GET"; "OTHER"
/// Methods are case-sensitive: "get" is `other`.
method parse_method(std::string_view name) noexcept;

}  // namespace headroom::http
