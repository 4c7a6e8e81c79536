// persistence/detail/answer_error.hpp: libpq's failures as the exceptions of error.hpp.
#pragma once
#include <exception>

#include "headroom/persistence/error.hpp"

struct pg_conn;
struct pg_result;

namespace headroom::persistence::detail {

inline constexpr std::size_t error_text_max = 400;  ///< bytes kept of the server's message

/// The error a result carries, with the name of the constraint that refused, if one did. The
/// server's DETAIL and CONTEXT are never read, and the message of a data exception (class 22) is
/// withheld: it quotes the value it complains of.
server_error error_of(const pg_result* from);

/// True when the error ends the connection as well: FATAL and PANIC.
bool is_fatal(const pg_result* from);

/// Why a connection attempt failed: server_error when the server answered with a code, else
/// connection_lost. Requires PQERRORS_SQLSTATE on `from`, because the texts are localised.
[[noreturn]] void throw_connect_error(const pg_conn* from);

/// libpq closes its socket on an end of file, on a reset and on a timeout alike. True when it did
/// and the other side is known to be gone; false when the network gave up, or libpq its parsing.
bool saw_the_end(const pg_conn* from);

/// The first line of libpq's message, bounded.
std::string first_line(const char* message);

}  // namespace headroom::persistence::detail
