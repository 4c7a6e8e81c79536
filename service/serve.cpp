#include "service/serve.hpp"

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
    projecting events(in, db, &store, run);
    read_models models(db, events);
    domains all(in.with(), db, store);
    face shown(in, db, events, &store);
    all.add_routes(shown.routes(), models);
    std::vector<part*> parts{&store};
    for (auto* each : events.parts()) parts.push_back(each);
    for (auto* each : shown.parts()) parts.push_back(each);
    return in.run(db, std::move(parts));
}

}  // namespace

int serve(const settings& with, const projection_source& run) {
    return run_process(with, duty::serve, [&](process& in) { return work(in, run); });
}

}  // namespace headroom::service
