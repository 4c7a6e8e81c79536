#include "service/face.hpp"

namespace headroom::service {

face::face(process& in, persistence::database& db, const projecting& events,
           const eventsourcing::event_store* store, const cache::two_level* kept)
    : projections_(events.statuses().size()),
      front_({in.on(), in.book(), in.with(), in.hiding(), in.log()}),
      figures_(front_.metrics(), in.book(), db),
      events_(front_.metrics(), events, store),
      fleet_(front_.metrics(), in.fleet()),
      cache_(front_.metrics(), kept),
      watch_(in, front_.health(), db, events) {}

std::vector<part*> face::parts() {
    std::vector<part*> all{&watch_};
    for (auto* each : front_.parts(projections_)) all.push_back(each);
    return all;
}

}  // namespace headroom::service
