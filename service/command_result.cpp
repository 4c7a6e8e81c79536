#include "service/command_result.hpp"

namespace headroom::service {
namespace {

struct explain {
    domain_error operator()(const domain_error& why) const { return why; }
    domain_error operator()(const eventsourcing::append_refusal& why) const {
        return std::visit(*this, why);
    }
    domain_error operator()(const eventsourcing::version_conflict& why) const {
        return {error_code::conflict,
                "Somebody else changed it meanwhile.",
                {{"expected_version", std::to_string(why.expected)},
                 {"actual_version", std::to_string(why.actual)}}};
    }
    domain_error operator()(const eventsourcing::guard_conflict& why) const {
        return {error_code::conflict, "It is taken already.", {{"constraint", why.constraint}}};
    }
    domain_error operator()(const eventsourcing::id_conflict& why) const {
        return {error_code::conflict,
                "The event's id is taken by another event.",
                {{"event_id", eventsourcing::to_string(why.id)}}};
    }
};

}  // namespace

domain_error explained(const command_failure& why) { return std::visit(explain{}, why); }

}  // namespace headroom::service
