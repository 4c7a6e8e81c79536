#include "service/tenancy/decide.hpp"

#include <algorithm>

#include "headroom/persistence/tenant.hpp"
#include "service/storable_json.hpp"

namespace headroom::service::tenancy {
namespace {

constexpr std::size_t slug_length_min = 2;

std::unexpected<domain_error> unknown() {
    return std::unexpected(
        domain_error{error_code::resource_not_found, "There is no such tenant."});
}

std::unexpected<domain_error> impossible(const tenant& now, std::string_view wanted) {
    return std::unexpected(domain_error{
        error_code::invalid_state_transition,
        "A tenant that is " + std::string(to_string(now.is)) + " cannot become " +
            std::string(wanted) + ".",
        {{"tenant_id", now.id},
         {"current", std::string(to_string(now.is))},
         {"requested", std::string(wanted)}}});
}

/// A transition: nothing when it has happened, `what` from one of the states it leads from.
decision transition(const tenant& now, status to, std::initializer_list<status> from, event what) {
    if (now.is == status::none) return unknown();
    if (now.is == to) return std::vector<event>{};
    for (const auto each : from)
        if (now.is == each) return std::vector<event>{std::move(what)};
    return impossible(now, to_string(to));
}

/// A change that only a tenant in this state allows.
decision while_in(const tenant& now, status needed, event what) {
    if (now.is == status::none) return unknown();
    if (now.is == needed) return std::vector<event>{std::move(what)};
    return std::unexpected(domain_error{
        error_code::invalid_state_transition,
        "The tenant is " + std::string(to_string(now.is)) + ", not " +
            std::string(to_string(needed)) + ".",
        {{"tenant_id", now.id}, {"current", std::string(to_string(now.is))}}});
}

}  // namespace

outcome<std::string> check_slug(std::string_view text) {
    const auto parsed = persistence::tenant_id::parse(text);
    if (!parsed || text.size() < slug_length_min)
        return invalid(
            "slug", "must be 2 to 63 characters: a-z and 0-9, in groups joined by single hyphens");
    return parsed->text();
}

decision decide(const tenant& now, const provision& command) {
    if (now.is != status::none)
        return std::unexpected(domain_error{error_code::conflict,
                                            "The slug is taken.",
                                            {{"slug", command.slug}}});
    return std::vector<event>{
        provisioned{command.slug, command.name, command.slug, command.metadata}};
}

decision decide(const tenant& now, const activate& command) {
    return transition(now, status::active, {status::provisioning}, activated{now.id, command.by});
}

decision decide(const tenant& now, const suspend& command) {
    return transition(now, status::suspended, {status::active},
                      suspended{now.id, command.reason, command.category, command.by});
}

decision decide(const tenant& now, const reactivate& command) {
    return transition(now, status::active, {status::suspended}, reactivated{now.id, command.by});
}

decision decide(const tenant& now, const decommission& command) {
    return transition(now, status::decommissioned, {status::active, status::suspended},
                      decommissioned{now.id, command.reason, command.by});
}

decision decide(const tenant& now, const configure& command) {
    return while_in(now, status::active,
                    config_updated{now.id, command.key, {command.value}, command.by});
}

decision decide(const tenant& now, const describe& command) {
    auto made = while_in(now, status::active,
                         metadata_updated{now.id, command.metadata, command.by});
    if (!made) return made;
    const auto bytes = metadata_bytes(tenants::fold(now, made->front()));
    if (bytes > storable_bytes_max && bytes > metadata_bytes(now))
        return invalid("metadata", "takes more than 65536 bytes with what is there already");
    return made;
}

decision decide(const tenant& now, const record_deletion& command) {
    if (std::ranges::find(now.deleted, command.category) != now.deleted.end())
        return std::vector<event>{};
    return while_in(now, status::decommissioned,
                    data_deleted{now.id, command.category, command.entities, command.by});
}

}  // namespace headroom::service::tenancy
