// http/typed/operation.hpp: one route as OpenAPI describes it, put together by its arguments and
// its result.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "headroom/http/typed/place.hpp"
#include "headroom/http/typed/schemas.hpp"

namespace headroom::http::typed {

/// Of one operation of one document; used by one thread.
class operation {
public:
    explicit operation(schemas& types) : types_(types) {}

    schemas& types() noexcept { return types_; }
    /// A second one of the same place and name is left out.
    void parameter(part in, std::string_view name, bool required, boost::json::object schema,
                   std::string_view description = {});
    /// The request's body, as JSON.
    void body(bool required, boost::json::object schema);
    /// An answer of that status; `schema` empty: without a body.
    void answers(unsigned status, boost::json::object schema,
                 std::string_view media = "application/json");
    /// An answer without a body.
    void answers(unsigned status);
    /// An error: application/problem+json.
    void fails(unsigned status);
    /// Answers of that status have this field; of no effect where there are none.
    void carries(unsigned status, const answer_field& what);
    /// Answers of success have it. Like the one above it may come before those answers do.
    void carries(const answer_field& what) { carries(success, what); }
    /// A query: where its answers of success have an ETag, 304 for a client that has them. The
    /// server sees to it.
    void spares_who_knows();
    /// It reads something of a client's that can be wrong: 422, and with a body 400 and 415.
    void reads() { fails(422); }

    /// An OpenAPI Operation Object, but for what the route says of itself. Answers have the fields
    /// that the server writes by itself: X-Request-Id, and Retry-After with 429 and 503.
    boost::json::object done() &&;

private:
    static constexpr unsigned success = 2;  ///< any status of 200 to 299

    void add_fields();

    schemas& types_;
    boost::json::array parameters_;
    boost::json::object body_, responses_;
    std::vector<std::pair<unsigned, const answer_field*>> fields_;
};

}  // namespace headroom::http::typed
