// http/detail/utf8_check.hpp: whether bytes that come in pieces are UTF-8.
#pragma once
#include <string_view>

namespace headroom::http::detail {

/// Well-formed by Unicode 15, table 3-7: no overlong form, no surrogate, nothing above U+10FFFF.
class utf8_check {
public:
    /// False as soon as what has been fed cannot be the beginning of UTF-8 any more.
    bool feed(std::string_view bytes) noexcept;
    /// What has been fed does not end within a character.
    bool complete() const noexcept { return left_ == 0; }

private:
    bool begin(unsigned char first) noexcept;

    unsigned left_ = 0;                         // bytes of the character that are still to come
    unsigned char low_ = 0x80, high_ = 0xbf;    // between which the next one lies
};

}  // namespace headroom::http::detail
