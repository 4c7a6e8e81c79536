#include "headroom/http/request.hpp"

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/http/detail/target.hpp"
#include "headroom/http/problem.hpp"
#include "headroom/http/typed/faults.hpp"

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
    auto all = query_values(name);
    if (all.empty()) return std::nullopt;
    if (all.size() == 1) return std::move(all.front());
    typed::faults repeated;
    repeated.add({typed::place(typed::part::query), name}, "must be given once");
    throw failed(std::move(repeated).answer());
}

std::vector<std::string> request::query_values(std::string_view name) const {
    std::vector<std::string> made;
    detail::for_each_pair(query, [&](std::string_view key, std::string_view value) {
        if (detail::decode_form(key) != name) return;
        if (!detail::is_clean_utf8(made.emplace_back(detail::decode_form(value))))
            throw failed(problem{400, "A value in the query does not decode to text."});
    });
    return made;
}

}  // namespace headroom::http
