// http/status.hpp: the words that go with a status code.
#pragma once
#include <string_view>

namespace headroom::http {

/// "Not Found"; "Status" for a code without a registered phrase.
std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace headroom::http
