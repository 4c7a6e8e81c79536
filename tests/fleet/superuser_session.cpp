#include "tests/fleet/superuser_session.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace headroom::fleet {

superuser_session::superuser_session(const std::string& url) : to_(PQconnectdb(url.c_str())) {
    if (PQstatus(to_) == CONNECTION_OK) return;
    const std::string why = PQerrorMessage(to_);
    PQfinish(to_);
    throw std::runtime_error(why);
}

superuser_session::~superuser_session() { PQfinish(to_); }

std::vector<std::vector<std::string>> superuser_session::sql(const std::string& text) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> got(PQexec(to_, text.c_str()), PQclear);
    const auto status = PQresultStatus(got.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw std::runtime_error(PQerrorMessage(to_));
    std::vector<std::vector<std::string>> all(static_cast<std::size_t>(PQntuples(got.get())));
    for (int row = 0; row < PQntuples(got.get()); ++row)
        for (int column = 0; column < PQnfields(got.get()); ++column)
            all[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(got.get(), row, column));
    return all;
}

std::string superuser_session::value(const std::string& text) {
    const auto all = sql(text);
    return all.empty() || all[0].empty() ? "" : all[0][0];
}

}  // namespace headroom::fleet
