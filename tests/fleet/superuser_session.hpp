// tests/fleet/superuser_session.hpp: the test's own hand on a server, one session that stays.
#pragma once
#include <memory>
#include <string>
#include <vector>

struct pg_conn;

namespace headroom::fleet {

/// For a test that counts sessions: private_postgres::sql opens another one each time. Throws
/// std::runtime_error with the server's words. One thread at a time.
class superuser_session {
public:
    explicit superuser_session(const std::string& url);
    ~superuser_session();
    superuser_session(const superuser_session&) = delete;
    superuser_session& operator=(const superuser_session&) = delete;

    /// The rows of the last statement; NULL is an empty string.
    std::vector<std::vector<std::string>> sql(const std::string& text);
    /// The first value of the first row; empty when there is none.
    std::string value(const std::string& text);

private:
    pg_conn* const to_;
};

}  // namespace headroom::fleet
