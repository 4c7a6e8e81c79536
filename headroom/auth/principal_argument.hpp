// auth/principal_argument.hpp: a typed endpoint is given who asks.
//
//     task<greeting> greet(const auth::principal& who, path<"name"> name);
#pragma once
#include "headroom/auth/request_principal.hpp"
#include "headroom/http/typed/arguments.hpp"

namespace headroom::http::typed {

/// Who a middleware before found out. Throws auth::denied, a 401, where nobody was. Lives as long
/// as the request.
template <>
struct argument<const auth::principal&> {
    static constexpr bool reads_body = false;
    static std::optional<std::reference_wrapper<const auth::principal>> read(reading& from) {
        return std::cref(auth::principal_of(from.of));
    }
    static void describe(operation& to) { to.fails(401); }
};

}  // namespace headroom::http::typed
