#include "headroom/auth/oidc/detail/token_record.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "headroom/auth/detail/strict_object.hpp"

namespace headroom::auth::detail {

boost::json::object to_record(const token_set& of, wall_time issued) {
    const auto until = std::chrono::floor<std::chrono::seconds>(issued + of.life);
    return {{"access", of.access.reveal()},
            {"refresh", of.refresh.reveal()},
            {"id", of.id.reveal()},
            {"scope", of.scope},
            {"until", until.time_since_epoch().count()}};
}

std::optional<token_set> from_record(const boost::json::object& of, wall_time now) {
    const auto access = text_of(of, "access"), refresh = text_of(of, "refresh"),
               id = text_of(of, "id"), scope = text_of(of, "scope");
    const auto* until = of.if_contains("until");
    if (!access || !refresh || !id || !scope || until == nullptr || !until->is_int64())
        return std::nullopt;
    const auto left = std::chrono::seconds(until->get_int64()) -
                      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return token_set{secret(std::string(*access)), secret(std::string(*refresh)),
                     secret(std::string(*id)), std::max(left, std::chrono::seconds(0)),
                     std::string(*scope)};
}

secret to_text(const boost::json::object& of) { return secret(boost::json::serialize(of)); }

}  // namespace headroom::auth::detail
