// tests/http/smuggling_attempts.hpp: requests of which two servers might make different ones.
#pragma once
#include <string>
#include <vector>

namespace headroom::http {

/// One attempt, on a connection of its own.
struct smuggling_attempt {
    std::string name;
    std::string text;  ///< "{T}" stands for a token of the test's
    unsigned requests = 0;  ///< how many of them are ours to answer when it comes without a proxy
};

/// Whatever of a body or an extension would be taken for a request asks for /smuggled/{T}; requests
/// that are really there ask for /echo/{T}.
std::vector<smuggling_attempt> smuggling_attempts();

}  // namespace headroom::http
