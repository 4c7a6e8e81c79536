#include "headroom/eventsourcing/exact_json.hpp"

#include <boost/system/system_error.hpp>

#include "headroom/runtime/exact_json.hpp"

namespace headroom::eventsourcing {
namespace json = boost::json;

json::value parse_exactly(std::string_view text, json::error_code& broken,
                          std::size_t depth_max) {
    return read_exactly(text, {.depth_max = depth_max}, broken);
}

json::value parse_exactly(std::string_view text) {
    json::error_code broken;
    auto made = parse_exactly(text, broken);
    if (broken) throw boost::system::system_error(broken);
    return made;
}

}  // namespace headroom::eventsourcing
