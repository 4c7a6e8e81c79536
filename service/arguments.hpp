// service/arguments.hpp: what the service's endpoints read of a request, beside query and body.
#pragma once
#include <fmt/format.h>

#include "headroom/http/typed/api.hpp"
#include "headroom/persistence/tenant.hpp"
#include "service/actor.hpp"

namespace headroom::service {

namespace typed = http::typed;

/// A query: what it answers is as new as its Headroom-Position asks, by read_models::caught_up().
struct asking {
    http::request& of;
};

/// A command: who asks, which version they have seen (If-Match), and how long the answer may wait
/// for the read model (Prefer).
struct commanding {
    http::request& of;
    actor by;
};

/// The version a caller has seen, in a body.
using version_seen = std::optional<typed::bounded<eventsourcing::stream_version, 0,
                                                  std::numeric_limits<std::int64_t>::max()>>;

/// The id of what the path names: 404, "There is no such user.", for what is none.
template <typed::fixed_text Name>
struct id_in_path {
    eventsourcing::uuid is;
};

}  // namespace headroom::service

namespace headroom::http::typed {

template <>
struct argument<service::asking> {
    static constexpr bool reads_body = false;
    static std::optional<service::asking> read(reading& from) { return service::asking{from.of}; }
    static void describe(operation& to);
};

template <>
struct argument<service::commanding> {
    static constexpr bool reads_body = false;
    /// A refusal, 400, for an If-Match that is no version.
    static std::optional<service::commanding> read(reading& from);
    static void describe(operation& to);
};

/// The path's {tenant}: 404 for what cannot be one.
template <>
struct argument<persistence::tenant_id> {
    static constexpr std::string_view path_parameter = "tenant";
    static constexpr bool reads_body = false;
    static std::optional<persistence::tenant_id> read(reading& from);
    static void describe(operation& to);
};

template <fixed_text Name>
struct argument<service::id_in_path<Name>> {
    static constexpr std::string_view path_parameter = Name.view();
    static constexpr bool reads_body = false;
    static std::optional<service::id_in_path<Name>> read(reading& from) {
        const auto id = eventsourcing::parse_uuid(from.of.parameter(Name.view()));
        if (id) return service::id_in_path<Name>{*id};
        from.found.refuse({404, fmt::format("There is no such {}.", Name.view())});
        return std::nullopt;
    }
    static void describe(operation& to) {
        to.parameter(part::path, Name.view(), true, {{"type", "string"}, {"format", "uuid"}});
        to.fails(404);
    }
};

}  // namespace headroom::http::typed
