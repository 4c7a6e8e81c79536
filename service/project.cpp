#include "service/project.hpp"

#include <fmt/format.h>

#include "headroom/budget/exit_code.hpp"
#include "service/caching.hpp"
#include "service/face.hpp"

namespace headroom::service {
namespace {

int run(process& in) {
    persistence::database db(in.on(), in.book(), in.query_door(), in.database_terms(), &in.door());
    caching kept(in);
    projecting events(in, db, nullptr, kept.values());
    face shown(in, db, events, nullptr, kept.levels());
    auto parts = kept.parts();
    for (auto* each : events.parts()) parts.push_back(each);
    for (auto* each : shown.parts()) parts.push_back(each);
    return in.run(db, std::move(parts));
}

}  // namespace

int project(const settings& with) {
    if (with.events.runners_max > 0) return run_process(with, duty::project, run);
    fmt::print(stderr, "headroom-service: MAX_PROJECTION_RUNNERS=0: there is nothing to project\n");
    return budget::exit_code::refused;
}

}  // namespace headroom::service
