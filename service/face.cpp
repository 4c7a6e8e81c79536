#include "service/face.hpp"

#include "headroom/http/access_report.hpp"
#include "service/errors.hpp"

namespace headroom::service {

face::face(process& in, persistence::database& db, const projecting& events,
           const eventsourcing::event_store* store)
    : in_(in),
      figures_(metrics_, in.book(), db, in.log()),
      events_(metrics_, events, store),
      fleet_(metrics_, in.fleet()),
      looks_{in.book(), health_, metrics_, in.hiding(), in.on().system_pool(), HEADROOM_VERSION},
      watch_(in, health_, db, events) {
    routes_.use(translate_errors{});
    add_routes(routes_, looks_);
}

std::vector<part*> face::parts() {
    server_.emplace(in_.reactors(), in_.with().http, std::move(routes_),
                    http::server_grants{in_.take(http::listener_consumer),
                                        in_.take(http::connections_consumer),
                                        in_.take(http::refusals_consumer)},
                    http::access_report(in_.log(), metrics_));
    announced_.emplace(*server_, health_, in_.log());
    return {&watch_, &*server_, &*announced_};
}

}  // namespace headroom::service
