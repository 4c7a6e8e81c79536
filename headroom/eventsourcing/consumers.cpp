#include "headroom/eventsourcing/consumers.hpp"

#include "headroom/persistence/settings.hpp"

namespace headroom::eventsourcing {
namespace {

budget::consumer claimant(const char* name, const char* resource, unsigned pool) {
    budget::consumer made;
    made.name = name;
    made.package = "eventsourcing";
    made.resource = resource;
    made.pool = pool;
    return made;
}

budget::consumer connections(const char* name, unsigned pool, const std::string& role,
                             std::vector<std::string> settings) {
    auto made = claimant(name, "postgres", pool);
    made.minimum = pool == 0 ? 0 : 1;
    made.application_name = std::string("*/*/*/") + name;
    made.role = role;
    made.hardcoded = settings.empty();
    made.settings = std::move(settings);
    return made;
}

}  // namespace

std::vector<budget::consumer> consumers(const event_pools& of, unsigned reserve) {
    std::vector<budget::consumer> all;
    unsigned sockets = reserve;
    if (of.appends) {
        auto store =
            connections(store_consumer, of.store, of.store_role.empty() ? of.role : of.store_role,
                        {"POSTGRES_POOL_SIZE", "POSTGRES_MAX_OVERFLOW"});
        store.overflow = persistence::burst_terms(of.store_overflow);
        store.resource = of.store_resource;
        all.push_back(std::move(store));
        sockets += of.store;
    }
    if (of.projects) {
        auto feed = connections(feed_consumer, 1, of.role, {});
        feed.waits_on_nobody = true;
        all.push_back(std::move(feed));
        auto writers = connections(writers_consumer, of.writers, of.projector_role,
                                   {"POSTGRES_PROJECTION_POOL_SIZE"});
        writers.waits_on_nobody = true;
        all.push_back(std::move(writers));
        auto catch_up =
            connections(catch_up_consumer, 0, of.role, {"POSTGRES_PROJECTION_MAX_OVERFLOW"});
        catch_up.overflow = persistence::burst_terms(of.catch_up_overflow);
        all.push_back(std::move(catch_up));
        sockets += 1 + of.writers;
    }
    auto descriptors = claimant(sockets_consumer, "files", sockets);
    descriptors.minimum = sockets;
    descriptors.hardcoded = true;
    all.push_back(std::move(descriptors));
    return all;
}

}  // namespace headroom::eventsourcing
