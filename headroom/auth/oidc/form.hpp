// auth/oidc/form.hpp: names and values as application/x-www-form-urlencoded.
#pragma once
#include <string>
#include <string_view>

namespace headroom::auth {

/// As RFC 6749, appendix B has it: a space is a `+`, unreserved bytes stay, all others are %XX.
std::string form_encoded(std::string_view text);

/// The body of a request, or the query of a URL. What it holds may be secret.
class form {
public:
    form& add(std::string_view name, std::string_view value);
    /// Only where there is a value.
    form& add_some(std::string_view name, std::string_view value) {
        return value.empty() ? *this : add(name, value);
    }
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

}  // namespace headroom::auth
