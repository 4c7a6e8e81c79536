// service/errors.hpp: what a client is told when a part of the service failed.
#pragma once
#include "headroom/http/router.hpp"

namespace headroom::service {

/// The outermost middleware: a failure of PostgreSQL, of Redis, of the budget or of a deadline
/// becomes the problem a client can act on; what a deadline that passed had to tell, and Redis,
/// goes to the log. Anything else goes on to the server, which answers 500.
class translate_errors {
public:
    task<http::response> operator()(http::request& of, http::next onward) const;
};

}  // namespace headroom::service
