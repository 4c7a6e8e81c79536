#include "headroom/auth/authenticator.hpp"

namespace headroom::auth {

wall_time wall_now() {
    return std::chrono::floor<wall_time::duration>(std::chrono::system_clock::now());
}

task<verified_principal> authenticator::verify(std::string_view token, deadline until) const {
    auto first = tokens_.verify(token, now_());
    if (first) co_return first;
    const auto why = first.error().why;
    if (why != token_fault::unknown_key && why != token_fault::no_keys) co_return first;
    if (co_await look_(first.error().issuer, until) == key_source::looked::again)
        co_return tokens_.verify(token, now_());
    first.error().why = token_fault::no_keys;
    co_return first;
}

}  // namespace headroom::auth
