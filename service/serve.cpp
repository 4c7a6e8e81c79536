#include "service/serve.hpp"

#include "service/caching.hpp"
#include "service/domains.hpp"
#include "service/face.hpp"

namespace headroom::service {
namespace {

int work(process& in, const projection_source& run) {
    persistence::database db(in.on(), in.book(), in.query_door(), in.database_terms(), &in.door());
    db.sessions().on_leak([&log = in.log()](const persistence::leak& held) {
        log.warn("a session is held for long", {{"hold", held.message()}});
    });
    eventsourcing::event_store store(db, in.book());
    caching kept(in);
    projecting events(in, db, &store, kept.values(), run);
    read_models models(db, events);
    domains all(in.with(), db, store, kept.values());
    face shown(in, db, events, &store, kept.levels());
    all.add_routes(shown.routes(), models);
    auto parts = kept.parts();
    parts.push_back(&store);
    for (auto* each : events.parts()) parts.push_back(each);
    for (auto* each : shown.parts()) parts.push_back(each);
    return in.run(db, std::move(parts));
}

}  // namespace

int serve(const settings& with, const projection_source& run) {
    return run_process(with, duty::serve, [&](process& in) { return work(in, run); });
}

}  // namespace headroom::service
