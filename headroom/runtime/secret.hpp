// runtime/secret.hpp: text that is used but never shown.
#pragma once
#include <fmt/core.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace headroom {

/// What is shown in place of a secret, everywhere.
inline constexpr std::string_view mask = "***";

/// Overwrites the characters, so that they do not outlive their owner, then empties the string.
void wipe(std::string& text) noexcept;

/// A password, a key, a token. Printing it, by any means, prints the mask; its text is reachable
/// by reveal() only, so that a reviewer can find every use. Zeroed when destroyed or assigned.
class secret {
public:
    secret() = default;
    explicit secret(std::string text) noexcept : text_(std::move(text)) {}
    secret(const secret&) = default;
    // A copy, then a wipe: a moved short string would leave its characters behind.
    // NOLINTNEXTLINE(performance-move-constructor-init)
    secret(secret&& from) noexcept : text_(from.text_) { wipe(from.text_); }
    secret& operator=(secret from) noexcept {
        text_.swap(from.text_);
        return *this;
    }
    ~secret() { wipe(text_); }

    /// The text itself, for the one place that has to send it. Valid while this secret lives.
    const std::string& reveal() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

    /// Takes as long for a difference in the first character as for one in the last.
    friend bool operator==(const secret& a, const secret& b) noexcept;
    friend std::ostream& operator<<(std::ostream& to, const secret&);

private:
    std::string text_;
};

/// `scheme://user:***@host/...`: in every URL of the text the password, a user info without a
/// password (a token, except before a PostgreSQL host) and query parameters that are named like a
/// secret give way to the mask. When in doubt it masks too much. Other text comes back unchanged.
std::string mask_url(std::string_view text);

}  // namespace headroom

template <>
struct fmt::formatter<headroom::secret> : fmt::formatter<std::string_view> {
    auto format(const headroom::secret&, fmt::format_context& to) const {
        return fmt::formatter<std::string_view>::format(headroom::mask, to);
    }
};
