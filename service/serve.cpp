#include "service/serve.hpp"

#include "headroom/budget/exit_code.hpp"
#include "service/access/entrance.hpp"
#include "service/access/table.hpp"
#include "service/caching.hpp"
#include "service/domains.hpp"
#include "service/face.hpp"
#include "service/outbound.hpp"
#include "service/shedding.hpp"

namespace headroom::service {
namespace {

/// Whether requests can be told apart; says why not.
bool may_serve(process& in, const http::router& routes) {
    auto faults = access::missing_rules(routes);
    const auto nobody = access::faults_of(in.with());
    if (in.with().process.profile == profile::production)
        faults.insert(faults.end(), nobody.begin(), nobody.end());
    else
        for (const auto& each : nobody) in.log().warn(each);
    if (!faults.empty()) refuse_start(in.log(), faults);
    return faults.empty();
}

int work(process& in, const projection_source& run) {
    persistence::database db(in.on(), in.book(), in.query_door(), in.database_terms(), &in.door());
    db.sessions().on_leak([&log = in.log()](const persistence::leak& held) {
        log.warn("a session is held for long", {{"hold", held.message()}});
    });
    eventsourcing::event_store store(db, in.book());
    caching kept(in);
    access::memory decided(kept.values());
    projecting events(in, db, &store, &decided, run);
    read_models models(db, events);
    domains all(in.with(), db, store, kept.values());
    face shown(in, db, events, &store, kept.levels());
    outbound client(in, shown.metrics());
    access::entrance door({in, db, client.client(), decided, all.users(), all.agents(),
                           shown.health(), shown.metrics()});
    door.authenticate(shown.routes(), shown.rates());
    shown.limit_rates();
    door.authorise(shown.routes());
    door.add_routes(shown.api());
    all.add_routes(shown.api(), models);
    shown.describe(access::audience_of, in.with().sign_in.on());
    shedding behind(in.home(), db, store, in.book().of(in.with().database.query_resource()),
                    shown.metrics());
    shown.shed_under(behind, behind.places(in.with().http.in_flight_max));
    if (!may_serve(in, shown.routes())) return budget::exit_code::refused;
    auto parts = kept.parts();
    parts.push_back(&store);
    for (auto* each : events.parts()) parts.push_back(each);
    parts.push_back(&client);
    for (auto* each : door.parts()) parts.push_back(each);
    parts.push_back(&behind);
    for (auto* each : shown.parts()) parts.push_back(each);
    return in.run(db, std::move(parts));
}

}  // namespace

int serve(const settings& with, const projection_source& run) {
    return run_process(with, duty::serve, [&](process& in) { return work(in, run); });
}

}  // namespace headroom::service
