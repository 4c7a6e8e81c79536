#include "headroom/tasks/wire/codec_fault.hpp"

#include <boost/assert.hpp>

namespace headroom::tasks {

std::string to_string(codec_fault_kind kind) {
    switch (kind) {
        case codec_fault_kind::too_large: return "too large";
        case codec_fault_kind::too_deep: return "too deep";
        case codec_fault_kind::too_many: return "too many values";
        case codec_fault_kind::malformed: return "malformed";
        case codec_fault_kind::forbidden: return "forbidden";
        case codec_fault_kind::unsupported: return "unsupported";
        case codec_fault_kind::wrong_shape: return "wrong shape";
    }
    BOOST_ASSERT_MSG(false, "a kind of fault without a name");
    return {};
}

std::string codec_fault::message() const {
    const auto where = offset > 0 ? " at byte " + std::to_string(offset) : std::string();
    return to_string(kind) + where + ": " + what;
}

std::unexpected<codec_fault> wrong_shape(std::string what) {
    return std::unexpected(codec_fault{codec_fault_kind::wrong_shape, std::move(what), 0});
}

}  // namespace headroom::tasks
