#include "headroom/http/typed/containers.hpp"

#include <boost/json.hpp>

namespace headroom::http::typed::detail {
namespace json = boost::json;

const json::array* array_in(const json::value& from, const place& at, faults& found) {
    const auto* list = from.if_array();
    if (list == nullptr) found.add(at, "must be an array");
    return list;
}

const json::object* object_in(const json::value& from, const place& at, faults& found) {
    const auto* members = from.if_object();
    if (members == nullptr) found.add(at, "must be an object");
    return members;
}

}  // namespace headroom::http::typed::detail
