// auth/detail/issuer_list.hpp: AUTH_ISSUERS, taken apart. Pure.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/auth/settings.hpp"

namespace headroom::auth::detail {

/// Each with what `usual` says where it says nothing itself; or what is wrong, as the end of "must
/// ...". Bound the text first.
std::expected<std::vector<issuer_settings>, std::string> read_issuers(std::string_view text,
                                                                      const issuer_policy& usual);

}  // namespace headroom::auth::detail
