#include "service/arguments.hpp"

#include "service/command_reply.hpp"
#include "service/read_models.hpp"

namespace headroom::http::typed {

void argument<service::asking>::describe(operation& to) {
    to.parameter(part::header, service::position_header, false,
                 {{"type", "integer"}, {"format", "int64"}, {"minimum", 0}},
                 "Of an earlier answer: nothing older is shown.");
    for (const unsigned status : {400U, 503U}) to.fails(status);
}

std::optional<service::commanding> argument<service::commanding>::read(reading& from) {
    try {
        return service::commanding{from.of, service::actor_of(from.of)};
    } catch (const failed& why) {
        from.found.refuse(why.why());
        return std::nullopt;
    }
}

void argument<service::commanding>::describe(operation& to) {
    to.parameter(part::header, "If-Match", false,
                 {{"type", "string"}, {"pattern", R"(^(\*|(W/)?"[0-9]{1,18}")$)"}},
                 "The ETag of an earlier answer: refused with 409 when it is no longer so.");
    to.parameter(part::header, "Prefer", false, {{"type", "string"}},
                 "wait, or wait=SECONDS: answer once the read model shows it, else 202.");
    for (const unsigned status : {400U, 403U, 404U, 409U, 422U}) to.fails(status);
    to.carries(etag_field);
    to.carries(service::position_field);
    to.carries(service::preference_field);
}

std::optional<persistence::tenant_id> argument<persistence::tenant_id>::read(reading& from) {
    auto tenant = persistence::tenant_id::parse(from.of.parameter("tenant"));
    if (tenant) return *std::move(tenant);
    from.found.refuse({404, "There is no such tenant."});
    return std::nullopt;
}

void argument<persistence::tenant_id>::describe(operation& to) {
    to.parameter(part::path, "tenant", true,
                 {{"type", "string"},
                  {"pattern", "^[a-z0-9]+(-[a-z0-9]+)*$"},
                  {"maxLength", persistence::tenant_id::bytes_max}},
                 "The tenant's slug.");
    to.fails(404);
}

}  // namespace headroom::http::typed
