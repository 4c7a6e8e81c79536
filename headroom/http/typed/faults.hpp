// http/typed/faults.hpp: everything that is wrong with a request, told at once.
//
//     422 {"errors": [{"in": "body", "pointer": "#/items/0/name", "detail": "must be given"},
//                     {"in": "query", "name": "limit", "pointer": "#/query/limit", "detail": ...}]}
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/problem.hpp"
#include "headroom/http/typed/place.hpp"

namespace headroom::http::typed {

/// One thing that a client has to change. `detail` reads on from the member's name: "must be ...".
struct fault {
    part in = part::body;
    std::string name;     ///< of the parameter; "" in the body
    std::string pointer;  ///< "#/slug", "#/query/limit"
    std::string detail;
};

/// Collected while a request's arguments are read. A small value of one thread.
class faults {
public:
    /// Faults of one request that an answer lists; the rest is counted in `not_listed`.
    static constexpr std::size_t listed_max = 64;

    void add(const place& at, std::string detail);
    /// Another answer than 422: the request cannot be read (400, 415), or what its path names
    /// cannot exist (404). The first one is kept, and goes before all faults.
    void refuse(problem why);

    bool any() const noexcept { return refusal_.has_value() || count_ > 0; }
    std::size_t count() const noexcept { return count_; }
    const std::vector<fault>& listed() const noexcept { return listed_; }
    /// Requires any().
    problem answer() &&;

private:
    std::optional<problem> refusal_;
    std::vector<fault> listed_;
    std::size_t count_ = 0;
};

/// 422 with the member `errors`: for what a handler finds wrong itself.
problem unprocessable(const std::vector<fault>& listed,
                      std::string detail = "The request is not well-formed.");

}  // namespace headroom::http::typed
