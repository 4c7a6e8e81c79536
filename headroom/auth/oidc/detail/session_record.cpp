#include "headroom/auth/oidc/detail/session_record.hpp"

#include <boost/json/array.hpp>

#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/auth/oidc/detail/token_record.hpp"

namespace headroom::auth::detail {
namespace {

std::int64_t since_1970(wall_time of) {
    return std::chrono::floor<std::chrono::seconds>(of.time_since_epoch()).count();
}

std::optional<wall_time> time_in(const boost::json::object& of, std::string_view name) {
    const auto* found = of.if_contains(name);
    if (found == nullptr || !found->is_int64()) return std::nullopt;
    return wall_time(std::chrono::seconds(found->get_int64()));
}

std::vector<std::string> names_under(const boost::json::object& of, std::string_view name) {
    std::vector<std::string> made;
    const auto* found = of.if_contains(name);
    if (found == nullptr || !found->is_array()) return made;
    for (const auto& each : found->get_array())
        if (each.is_string()) made.emplace_back(each.get_string());
    return made;
}

boost::json::object person(const principal& of) {
    boost::json::object made{{"iss", of.issuer},
                             {"sub", of.subject},
                             {"tenant", of.tenant ? of.tenant->text() : ""},
                             {"scopes", boost::json::array(of.scopes.begin(), of.scopes.end())},
                             {"roles", boost::json::array(of.roles.begin(), of.roles.end())},
                             {"exp", since_1970(of.expiry)}};
    if (of.email) made["email"] = *of.email;
    if (of.name) made["name"] = *of.name;
    return made;
}

std::optional<principal> person_in(const boost::json::object& of) {
    const auto issuer = text_of(of, "iss"), subject = text_of(of, "sub"),
               tenant = text_of(of, "tenant");
    const auto expiry = time_in(of, "exp");
    if (!issuer || !subject || !tenant || !expiry) return std::nullopt;
    principal made{};
    made.issuer = *issuer;
    made.subject = *subject;
    made.scopes = names_under(of, "scopes");
    made.roles = names_under(of, "roles");
    made.expiry = *expiry;
    if (const auto email = text_of(of, "email")) made.email = std::string(*email);
    if (const auto name = text_of(of, "name")) made.name = std::string(*name);
    if (tenant->empty()) return made;
    auto read = persistence::tenant_id::parse(*tenant);
    if (!read) return std::nullopt;
    made.tenant = std::move(*read);
    return made;
}

}  // namespace

secret text_of_session(const session_record& of, wall_time now) {
    return to_text({{"who", person(of.who)},
                    {"tokens", to_record(of.tokens, now)},
                    {"began", since_1970(of.began)},
                    {"due", since_1970(of.due)}});
}

std::optional<session_record> session_in(const secret& text, wall_time now) {
    const auto read = strict_object(text.reveal());
    if (!read) return std::nullopt;
    const auto* const who = read->if_contains("who");
    const auto* const tokens = read->if_contains("tokens");
    const auto began = time_in(*read, "began"), due = time_in(*read, "due");
    if (who == nullptr || !who->is_object() || tokens == nullptr || !tokens->is_object() ||
        !began || !due)
        return std::nullopt;
    auto person = person_in(who->get_object());
    auto held = from_record(tokens->get_object(), now);
    if (!person || !held) return std::nullopt;
    return session_record{*std::move(person), *std::move(held), *began, *due};
}

}  // namespace headroom::auth::detail
