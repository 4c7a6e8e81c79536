// identity/welcome.hpp: the mail a new user gets.
#pragma once
#include <optional>
#include <string>

namespace headroom::service::identity {

inline constexpr char welcome_task[] = "identity:welcome";

/// Of a user: the id is the mail's key, so that a second run of the task writes the same file.
struct welcome {
    std::string user_id, email, display_name;
};

/// The mail as RFC 5322 has it. Line breaks within a name or an address are dropped.
std::string text_of(const welcome& to);

/// Writes it to `directory` under the user's id, whole or not at all. Blocks. Throws
/// std::system_error.
void write_mail(const std::string& directory, const welcome& to);

}  // namespace headroom::service::identity
