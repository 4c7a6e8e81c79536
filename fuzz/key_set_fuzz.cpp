// Key sets of any bytes: each key is used or refused with a reason, none of them is a secret when
// the set came from afar, and none accepts a signature of nothing.
#include <cstdlib>

#include "headroom/auth/key_set.hpp"

namespace {

using namespace headroom::auth;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_key(const verification_key& key, const key_set& in, key_origin origin) {
    require(in.holds(key.thumbprint()));
    for (unsigned i = 0; i < algorithm_count; ++i) {
        const auto by = static_cast<algorithm>(i);
        if (!key.fits(by)) continue;
        require(kind_for(by) != key_kind::octets || origin == key_origin::local);
        require(!key.verify(by, "text", "") && !key.verify(by, "text", std::string(64, '\0')));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto origin : {key_origin::local, key_origin::remote}) {
        const auto made = key_set::parse(text, origin);
        if (!made) continue;
        require(made->keys().size() <= key_set_keys_max);
        require(made->refused().size() <= key_set_keys_max + 1);
        for (const auto& each : made->refused())
            require(!to_string(each.why).empty() && each.kid.size() <= kid_bytes_max);
        for (const auto& each : made->keys()) check_key(each, *made, origin);
    }
    return 0;
}
