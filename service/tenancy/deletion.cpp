#include "service/tenancy/deletion.hpp"

#include <array>
#include <stdexcept>

namespace headroom::service::tenancy {
namespace {

using persistence::statement;

struct counted {
    const char* name;
    statement count;
};

constexpr std::array<counted, 3> categories{
    {{category::users, "select count(*) from user_profile"},
     {category::api_keys, "select count(*) from agent_api_key_registry"},
     {category::configuration, "select count(*) from tenant_configuration"}}};

}  // namespace

task<void> delete_data(const tenant_service& tenants, const persistence::lanes& over,
                       persistence::tenant_id tenant, actor by, deadline until) {
    for (const auto& each : categories) {
        const auto entities = co_await over.one<std::int64_t>(tenant, each.count, until);
        const auto recorded = co_await tenants.run(
            tenant, record_deletion{each.name, entities, by.name}, by, until);
        if (!recorded) throw std::runtime_error(recorded.error().detail);
    }
}

}  // namespace headroom::service::tenancy
