#include "headroom/auth/random_text.hpp"

#include <openssl/rand.h>

#include <stdexcept>

#include "headroom/auth/base64url.hpp"
#include "headroom/runtime/secret.hpp"

namespace headroom::auth {

std::string random_text(std::size_t bytes) {
    std::string made(bytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(made.data()), static_cast<int>(bytes)) != 1)
        throw std::runtime_error("the system has no randomness to give");
    auto text = to_base64url(made);
    wipe(made);
    return text;
}

}  // namespace headroom::auth
