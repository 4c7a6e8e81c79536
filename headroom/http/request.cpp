#include "headroom/http/request.hpp"

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/http/detail/target.hpp"
#include "headroom/http/problem.hpp"

namespace headroom::http {

const std::string& request::parameter(std::string_view name) const {
    const auto at = std::ranges::find(parameters, name, &path_parameter::name);
    BOOST_ASSERT_MSG(at != parameters.end(), "the route's template names no such parameter");
    return at->value;
}

task<std::optional<problem>> request::read_body() {
    if (unread == nullptr) co_return std::nullopt;
    co_return co_await unread->receive();
}

std::optional<std::string> request::query_value(std::string_view name) const {
    auto rest = query;
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        const auto equals = pair.find('=');
        if (detail::decode_form(pair.substr(0, equals)) != name) continue;
        if (equals == std::string_view::npos) return std::string();
        auto value = detail::decode_form(pair.substr(equals + 1));
        if (!detail::is_clean_utf8(value))
            throw failed(problem{400, "A value in the query does not decode to text."});
        return value;
    }
    return std::nullopt;
}

}  // namespace headroom::http
