#include "headroom/persistence/redis/value.hpp"

#include <fmt/format.h>

namespace headroom::redis {

std::string_view to_string(kind of) noexcept {
    switch (of) {
        case kind::nothing: return "nothing";
        case kind::text: return "a text";
        case kind::error: return "an error";
        case kind::number: return "a number";
        case kind::real: return "a real number";
        case kind::boolean: return "a boolean";
        case kind::big_number: return "a big number";
        case kind::list: return "a list";
        case kind::set: return "a set";
        case kind::map: return "a map";
        case kind::push: return "a push";
    }
    return "unknown";
}

namespace detail {

void refuse_reading(kind wanted, kind found) {
    throw unexpected_answer(
        fmt::format("the answer is {}, not {}", to_string(found), to_string(wanted)));
}

}  // namespace detail
}  // namespace headroom::redis
