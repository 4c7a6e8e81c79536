#include "headroom/http/client/client_error.hpp"

namespace headroom::http {

std::string_view to_string(client_fault of) noexcept {
    using enum client_fault;
    switch (of) {
        case not_allowed: return "not_allowed";
        case unavailable: return "unavailable";
        case unreachable: return "unreachable";
        case untrusted: return "untrusted";
        case overdue: return "overdue";
        case broken: return "broken";
        case too_large: return "too_large";
        case malformed: return "malformed";
    }
    return "unknown";
}

}  // namespace headroom::http
