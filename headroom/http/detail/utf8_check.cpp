#include "headroom/http/detail/utf8_check.hpp"

namespace headroom::http::detail {

bool utf8_check::begin(unsigned char first) noexcept {
    low_ = 0x80;
    high_ = 0xbf;
    if (first < 0x80) return true;
    if (first < 0xc2 || first > 0xf4) return false;
    left_ = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (first == 0xe0) low_ = 0xa0;   // overlong
    if (first == 0xed) high_ = 0x9f;  // surrogates
    if (first == 0xf0) low_ = 0x90;   // overlong
    if (first == 0xf4) high_ = 0x8f;  // above U+10FFFF
    return true;
}

bool utf8_check::feed(std::string_view bytes) noexcept {
    for (const char each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        if (left_ == 0) {
            if (!begin(byte)) return false;
            continue;
        }
        if (byte < low_ || byte > high_) return false;
        low_ = 0x80;
        high_ = 0xbf;
        --left_;
    }
    return true;
}

}  // namespace headroom::http::detail
