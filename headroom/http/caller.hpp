// http/caller.hpp: who asks, as far as the log and the limits need to know.
#pragma once
#include <string>

namespace headroom::http {

/// Left in request::left by whoever authenticates; http itself knows no authentication. Names, no
/// secrets: it stands in the access log.
struct caller {
    std::string kind;  ///< "user", "api_key"
    std::string id;    ///< the key's id, the subject
};

}  // namespace headroom::http
