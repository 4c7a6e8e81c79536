// persistence/error.hpp: how PostgreSQL's failures leave a co_await.
//
// A refusal of our own budget is a budget::result or budget::refused; these are the others. Texts
// never contain a password or a parameter's value; the server's DETAIL is dropped, because under
// row-level security it can quote another tenant's row.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace headroom::persistence {

/// The server answered a statement, or a connection attempt, with an error.
class server_error : public std::runtime_error {
public:
    server_error(std::string sqlstate, const std::string& text, std::string constraint = {})
        : std::runtime_error(sqlstate + ": " + text), sqlstate_(std::move(sqlstate)),
          constraint_(std::move(constraint)) {}
    /// Five characters, e.g. "53300"; "" when the server gave none.
    const std::string& sqlstate() const noexcept { return sqlstate_; }
    bool is(std::string_view code) const noexcept { return sqlstate_ == code; }
    /// The constraint or unique index that refused, a name of the schema; "" when none did.
    const std::string& constraint() const noexcept { return constraint_; }

private:
    std::string sqlstate_, constraint_;
};

/// The connection ended, or could not be opened. Whether a statement took effect is unknown when
/// `may_have_run` is true: it had been sent.
class connection_lost : public std::runtime_error {
public:
    explicit connection_lost(const std::string& text, bool may_have_run = false)
        : std::runtime_error(text), may_have_run_(may_have_run) {}
    bool may_have_run() const noexcept { return may_have_run_; }

private:
    bool may_have_run_;
};

/// The answer did not come by the deadline. A lane's statement may still run (it is abandoned); a
/// session's was cancelled.
class deadline_passed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A result grew beyond connection_options::result_bytes_max while it arrived. Its connection was
/// ended, because the rest cannot be skipped; asking again will not help.
class result_too_large : public std::runtime_error {
public:
    static constexpr std::size_t text_max = 200;  ///< bytes shown of the statement

    result_too_large(std::string_view statement, std::size_t bytes_max)
        : std::runtime_error("a result is larger than result_bytes_max, " +
                             std::to_string(bytes_max) + " bytes: " +
                             std::string(statement.substr(0, text_max))),
          bytes_max_(bytes_max) {}
    std::size_t bytes_max() const noexcept { return bytes_max_; }

private:
    std::size_t bytes_max_;
};

/// A result was read as something it is not: wrong column, wrong type, unexpected NULL or count.
class unexpected_result : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// SQLSTATEs headroom acts on (PostgreSQL documentation, appendix A).
namespace sqlstate {
inline constexpr std::string_view too_many_connections = "53300";
inline constexpr std::string_view cannot_connect_now = "57P03";
inline constexpr std::string_view invalid_password = "28P01";
inline constexpr std::string_view invalid_authorization = "28000";
inline constexpr std::string_view invalid_catalog_name = "3D000";
inline constexpr std::string_view insufficient_privilege = "42501";
inline constexpr std::string_view read_only_transaction = "25006";
inline constexpr std::string_view query_canceled = "57014";
inline constexpr std::string_view admin_shutdown = "57P01";
inline constexpr std::string_view unique_violation = "23505";
inline constexpr std::string_view undefined_table = "42P01";
inline constexpr std::string_view division_by_zero = "22012";
inline constexpr std::string_view serialization_failure = "40001";
inline constexpr std::string_view deadlock_detected = "40P01";
}  // namespace sqlstate

}  // namespace headroom::persistence
