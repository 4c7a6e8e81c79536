// http/pressure.hpp: what a server asks of whatever stands behind its handlers.
#pragma once
#include <optional>

#include "headroom/http/problem.hpp"
#include "headroom/http/request.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::http {

/// Asked before a request that leans on it (admission::sheddable), from every reactor at once.
class pressure {
public:
    virtual ~pressure() = default;
    /// Whether anybody may have to be turned away now. Before each request, so it must cost next to
    /// nothing.
    virtual bool stands() const noexcept = 0;
    /// Why `of` cannot be taken now, or nothing. Nothing of it has been done yet; its route is not
    /// known. `now`: of the request.
    virtual std::optional<problem> refuse(const request& of, deadline::clock::time_point now) = 0;
};

}  // namespace headroom::http
