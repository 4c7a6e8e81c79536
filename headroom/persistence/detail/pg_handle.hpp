// persistence/detail/pg_handle.hpp: libpq's own objects with owners.
#pragma once
#include <libpq-fe.h>

#include <memory>

namespace headroom::persistence::detail {

struct finish_connection {
    void operator()(PGconn* owned) const noexcept { PQfinish(owned); }
};
struct clear_result {
    void operator()(PGresult* owned) const noexcept { PQclear(owned); }
};
using pg_handle = std::unique_ptr<PGconn, finish_connection>;
using result_handle = std::unique_ptr<PGresult, clear_result>;

}  // namespace headroom::persistence::detail
