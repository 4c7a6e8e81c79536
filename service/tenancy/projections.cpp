#include "service/tenancy/projections.hpp"

#include "service/tenancy/deletion.hpp"
#include "service/tenancy/fold.hpp"

namespace headroom::service::tenancy {
namespace {

using eventsourcing::effects;
using eventsourcing::recorded_event;
using persistence::jsonb;
using persistence::statement;

constexpr statement insert_tenant(R"(
insert into tenants (id, version, slug, name, status, metadata, created_at)
values ($1, $2, $3, $4, 'PROVISIONING', $5, $6)
on conflict (id) do update set version = excluded.version, slug = excluded.slug,
    name = excluded.name, status = excluded.status, metadata = excluded.metadata,
    created_at = excluded.created_at)");
constexpr statement set_active(
    "update tenants set version = $2, status = 'ACTIVE', activated_at = $3 where id = $1");
constexpr statement set_suspended(
    "update tenants set version = $2, status = 'SUSPENDED', suspended_at = $3 where id = $1");
constexpr statement set_decommissioned(
    "update tenants set version = $2, status = 'DECOMMISSIONED', decommissioned_at = $3 "
    "where id = $1");
constexpr statement merge_metadata(
    "update tenants set version = $2, metadata = metadata || $3 where id = $1");
constexpr statement set_version("update tenants set version = $2 where id = $1");
constexpr statement delete_tenants("delete from tenants");

constexpr statement upsert_value(R"(
insert into tenant_configuration (tenant_id, config_key, config_value, updated_by, updated_at)
values ($1, $2, $3, $4, $5)
on conflict (tenant_id, config_key) do update set config_value = excluded.config_value,
    updated_by = excluded.updated_by, updated_at = excluded.updated_at)");
constexpr statement delete_values_of_tenant(
    "delete from tenant_configuration where tenant_id = $1");
constexpr statement delete_values("delete from tenant_configuration");

// Who keeps copies of a tenant's status is told of each change of it.
class tenant_rows final : public eventsourcing::projection {
public:
    std::string_view name() const noexcept override { return tenants_projection; }
    bool wants(std::string_view topic) const noexcept override {
        return eventsourcing::knows_topic<event>(topic);
    }
    void apply(const recorded_event& from, effects& to) override {
        std::visit([&](const auto& what) { write(what, from, to); },
                   eventsourcing::decode<event>(from.topic, from.state));
    }
    void clear(effects& to) override { to.run(delete_tenants); }

private:
    static void write(const provisioned& what, const recorded_event& from, effects& to) {
        to.run(insert_tenant, from.stream, from.version, what.slug, what.name,
               jsonb{what.metadata.value_or(json_text{"{}"}).text}, from.recorded_at);
        to.touch(what.slug);
    }
    static void write(const activated& what, const recorded_event& from, effects& to) {
        to.run(set_active, from.stream, from.version, from.recorded_at);
        to.touch(what.tenant_id);
    }
    static void write(const reactivated& what, const recorded_event& from, effects& to) {
        to.run(set_active, from.stream, from.version, from.recorded_at);
        to.touch(what.tenant_id);
    }
    static void write(const suspended& what, const recorded_event& from, effects& to) {
        to.run(set_suspended, from.stream, from.version, from.recorded_at);
        to.touch(what.tenant_id);
    }
    static void write(const decommissioned& what, const recorded_event& from, effects& to) {
        to.run(set_decommissioned, from.stream, from.version, from.recorded_at);
        to.touch(what.tenant_id);
    }
    static void write(const metadata_updated& what, const recorded_event& from, effects& to) {
        to.run(merge_metadata, from.stream, from.version, jsonb{what.metadata.text});
    }
    // Nothing of a tenant's row but its version, which the next command has to name.
    static void write(const config_updated&, const recorded_event& from, effects& to) {
        to.run(set_version, from.stream, from.version);
    }
    static void write(const data_deleted&, const recorded_event& from, effects& to) {
        to.run(set_version, from.stream, from.version);
    }
};

class configuration_values final : public eventsourcing::projection {
public:
    std::string_view name() const noexcept override { return configuration_projection; }
    bool wants(std::string_view topic) const noexcept override {
        return topic == config_updated::topic || topic == data_deleted::topic;
    }
    void apply(const recorded_event& from, effects& to) override {
        if (from.topic == data_deleted::topic) {
            const auto gone = eventsourcing::decode_state<data_deleted>(from.state);
            if (gone.category != category::configuration) return;
            to.run(delete_values_of_tenant, gone.tenant_id);
            return to.touch(gone.tenant_id);
        }
        const auto what = eventsourcing::decode_state<config_updated>(from.state);
        to.run(upsert_value, what.tenant_id, what.config_key, jsonb{what.config_value.text},
               what.updated_by, from.recorded_at);
        to.touch(what.tenant_id);
    }
    // Of what is kept until their events come again, nothing differs from what they will give.
    void clear(effects& to) override { to.run(delete_values); }
};

}  // namespace

std::vector<std::unique_ptr<eventsourcing::projection>> projections() {
    std::vector<std::unique_ptr<eventsourcing::projection>> all;
    all.push_back(std::make_unique<tenant_rows>());
    all.push_back(std::make_unique<configuration_values>());
    return all;
}

}  // namespace headroom::service::tenancy
