#include "headroom/persistence/detail/answer_error.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <system_error>

namespace headroom::persistence::detail {
namespace {

std::string field(const PGresult* from, int which) {
    const char* text = PQresultErrorField(from, which);
    return text == nullptr ? "" : std::string(text).substr(0, error_text_max);
}

// With PQERRORS_SQLSTATE libpq writes "<severity>:  <code>" and nothing more.
std::string code_in(std::string_view message) {
    while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back())))
        message.remove_suffix(1);
    if (message.size() < 7 || message[message.size() - 6] != ' ') return "";
    const auto code = message.substr(message.size() - 5);
    const bool whole = std::ranges::all_of(code, [](unsigned char each) {
        return std::isdigit(each) || (each >= 'A' && each <= 'Z');
    });
    return whole ? std::string(code) : "";
}

std::string connect_text(std::string_view code) {
    if (code == sqlstate::too_many_connections)
        return "the server, the role or the database has no connection left";
    if (code == sqlstate::cannot_connect_now) return "the server is starting up or shutting down";
    if (code == sqlstate::admin_shutdown) return "the server is being shut down";
    if (code == sqlstate::invalid_password) return "the password was not accepted";
    if (code == sqlstate::invalid_authorization)
        return "the role was not admitted (unknown role, pg_hba.conf, or no right to sign in)";
    if (code == sqlstate::invalid_catalog_name) return "the database does not exist";
    if (code == sqlstate::insufficient_privilege) return "the role has no right to connect";
    return "the server refused the connection";
}

}  // namespace

server_error error_of(const pg_result* from) {
    auto code = field(from, PG_DIAG_SQLSTATE);
    if (code.starts_with("22"))
        return {std::move(code),
                "the server cannot use a value (its message quotes it, so withheld)"};
    auto text = field(from, PG_DIAG_MESSAGE_PRIMARY);
    if (text.empty()) text = first_line(PQresultErrorMessage(from));
    return {std::move(code), text, field(from, PG_DIAG_CONSTRAINT_NAME)};
}

bool is_fatal(const pg_result* from) {
    const auto severity = field(from, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity == "FATAL" || severity == "PANIC";
}

void throw_connect_error(const pg_conn* from) {
    if (PQconnectionNeedsPassword(from) != 0)
        throw server_error(std::string(sqlstate::invalid_password),
                           "the server asks for a password and none was given");
    const char* message = PQerrorMessage(from);
    const auto code = code_in(message);
    if (!code.empty()) throw server_error(code, connect_text(code));
    throw connection_lost(first_line(message));
}

bool saw_the_end(const pg_conn* from) {
    if (PQsocket(from) >= 0) return false;
    // libpq keeps no error number, only the system's text for it.
    static constexpr std::array unknown{ETIMEDOUT,   EHOSTUNREACH, EHOSTDOWN,   ENETUNREACH,
                                        ENETDOWN,    ENETRESET,    ECONNABORTED};
    const std::string_view message = PQerrorMessage(from);
    if (message.contains("lost synchronization")) return false;
    return std::ranges::none_of(unknown, [&](int number) {
        return message.contains(std::generic_category().message(number));
    });
}

std::string first_line(const char* message) {
    const std::string_view text = message == nullptr ? "" : message;
    return std::string(text.substr(0, std::min(text.find('\n'), error_text_max)));
}

}  // namespace headroom::persistence::detail
