#include "service/face.hpp"

#include "headroom/http/access_report.hpp"
#include "service/errors.hpp"

namespace headroom::service {
namespace {

std::uint64_t threads_planned(const budget::plan& of) {
    const auto* threads = of.find_resource("threads");
    return threads == nullptr ? 0 : budget::add_up(of, *threads).sum.value_or(0);
}

}  // namespace

face::face(process& in, persistence::database& db, const projecting& events,
           const eventsourcing::event_store* store)
    : in_(in),
      projections_(events.statuses().size()),
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
    announced_.emplace(*server_, health_, in_.log(), projections_,
                       threads_planned(in_.book().planned()));
    return {&watch_, &*server_, &*announced_};
}

}  // namespace headroom::service
