#include "headroom/eventsourcing/name_uuid.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::eventsourcing {

uuid name_uuid(const uuid& space, std::string_view name) {
    std::string input(space.bytes.begin(), space.bytes.end());
    input += name;
    std::array<unsigned char, 20> digest{};
    [[maybe_unused]] const int done =
        EVP_Digest(input.data(), input.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    BOOST_ASSERT(done == 1);
    uuid made;
    std::copy_n(digest.begin(), made.bytes.size(), made.bytes.begin());
    made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0f) | 0x50);
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3f) | 0x80);
    return made;
}

}  // namespace headroom::eventsourcing
