#include "service/projections_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <ostream>
#include <random>

#include "headroom/budget/exit_code.hpp"
#include "headroom/budget/grid.hpp"
#include "headroom/eventsourcing/projection_admin.hpp"
#include "headroom/http/typed/value.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/roles.hpp"
#include "headroom/persistence/start_failure.hpp"
#include "headroom/persistence/visit.hpp"
#include "service/projecting.hpp"

namespace headroom::service {
namespace json = boost::json;
namespace exit_code = budget::exit_code;
namespace {

using eventsourcing::projection_entry;
using entries = std::vector<projection_entry>;

constexpr std::chrono::milliseconds verb_ms_max{10'000};
constexpr char visit_consumer[] = "service.projections";

persistence::visit_terms terms_of(const settings& with, blocking_resolver& names) {
    using persistence::application_name;
    persistence::visit_terms made;
    made.target = with.events.projector;
    made.consumer = visit_consumer;
    made.application_name =
        application_name{application_name::fit(with.process.system, application_name::system_max),
                         "operate", std::random_device{}(), visit_consumer}
            .text();
    made.names = &names;
    made.start_up = {fmt::format("role={}", persistence::projector_role)};
    return made;
}

// ---- printing ----

json::object to_json(const projection_entry& of) {
    json::array reasons;
    for (const auto& each : of.reasons) reasons.push_back(json::string(each));
    return {{"name", of.name},
            {"version", of.version},
            {"position", of.position},
            {"newest", of.newest},
            {"behind", std::max<std::int64_t>(0, of.newest - of.position)},
            {"paused", of.paused},
            {"owner", of.owner},
            {"trying", of.trying ? json::value(*of.trying) : json::value(nullptr)},
            {"attempts", of.attempts},
            {"parked", of.parked},
            {"reasons", std::move(reasons)},
            {"updated_at", http::typed::rfc3339(of.updated_at)}};
}

std::vector<std::string> row_of(const projection_entry& of) {
    return {of.name,
            std::to_string(of.position),
            std::to_string(std::max<std::int64_t>(0, of.newest - of.position)),
            of.paused ? "paused" : "running",
            std::to_string(of.parked),
            of.owner.empty() ? "nobody" : of.owner};
}

void print(const entries& all, output as, std::ostream& out) {
    if (as == output::json) {
        json::array list;
        for (const auto& each : all) list.push_back(to_json(each));
        out << json::serialize(json::object{{"projections", std::move(list)}}) << "\n";
        return;
    }
    budget::grid table{{"projection", "position", "behind", "state", "parked", "owner"}, {}};
    for (const auto& each : all) table.rows.push_back(row_of(each));
    out << (as == output::markdown ? budget::markdown(table) : budget::aligned(table));
    for (const auto& each : all)
        for (const auto& reason : each.reasons) out << each.name << ": parked: " << reason << "\n";
}

void print(const projections_request& what, std::int64_t events, output as, std::ostream& out) {
    constexpr std::string_view names[] = {"list", "pause", "resume", "rewind", "replay"};
    const auto verb = names[static_cast<std::size_t>(what.verb)];
    if (as == output::json) {
        json::object body{{"done", verb}, {"name", what.name}};
        if (what.verb == projections_verb::rewind) body["to"] = what.to;
        if (what.verb == projections_verb::replay) body["events"] = events;
        out << json::serialize(body) << "\n";
        return;
    }
    out << verb << ": " << what.name;
    if (what.verb == projections_verb::rewind) out << " to " << what.to;
    if (what.verb == projections_verb::replay) out << ", " << events << " events";
    out << "\n";
}

// ---- doing ----

/// What a verb came to: whether there was something to do it to, and how many events.
struct effect {
    bool found = true;
    std::int64_t events = 0;
    entries listed;
};

class operator_at_work {
public:
    operator_at_work(const projections_request& what, eventsourcing::projection* which,
                     std::optional<eventsourcing::stream_id> stream)
        : what_(what), which_(which), stream_(stream) {}

    task<void> work(persistence::connection& over, effect& into) const {
        using enum projections_verb;
        const auto until = deadline::after(verb_ms_max);
        if (what_.verb == list) into.listed = 
                co_await eventsourcing::list_projections(over, until);
        if (what_.verb == pause) into.found = co_await pause_projection(over, id(), until);
        if (what_.verb == resume) into.found = co_await resume_projection(over, id(), until);
        if (what_.verb == rewind)
            into.found = co_await rewind_projection(over, *which_, what_.to, until);
        if (what_.verb == replay) into.events = co_await replay_parked(over, id(), stream_, until);
    }

private:
    eventsourcing::projection_id id() const {
        return {std::string(which_->name()), which_->version()};
    }

    const projections_request& what_;
    eventsourcing::projection* const which_;
    const std::optional<eventsourcing::stream_id> stream_;
};

int complain(std::ostream& err, const std::string& why, int code) {
    err << "headroom-service projections: " << why << "\n";
    return code;
}

std::string nothing_done(const projections_request& what) {
    if (what.verb == projections_verb::rewind)
        return fmt::format("{} has no checkpoint at {} or beyond", what.name, what.to);
    return fmt::format("{} has no checkpoint: no process has run it yet", what.name);
}

}  // namespace

int projections(const settings& with, const projections_request& what, output as,
                blocking_resolver& names, std::ostream& out, std::ostream& err) {
    const auto all = all_projections();
    const auto at =
        std::ranges::find(all, what.name, [](const auto& each) { return each->name(); });
    if (what.verb != projections_verb::list && at == all.end()) {
        std::vector<std::string_view> known;
        for (const auto& each : all) known.push_back(each->name());
        return complain(err,
                        fmt::format("there is no projection \"{}\"; there are {}", what.name,
                                    fmt::join(known, ", ")),
                        exit_code::usage);
    }
    std::optional<eventsourcing::stream_id> stream;
    if (!what.stream.empty()) stream = eventsourcing::parse_uuid(what.stream);
    if (!what.stream.empty() && !stream)
        return complain(err, fmt::format("\"{}\" is no stream's UUID", what.stream),
                        exit_code::usage);
    const operator_at_work who(what, at == all.end() ? nullptr : at->get(), stream);
    effect done;
    try {
        persistence::visit(
            terms_of(with, names),
            [&](persistence::connection& over) { return who.work(over, done); },
            deadline::after(verb_ms_max));
    } catch (...) {
        const auto why = persistence::explain(std::current_exception(),
                                              with.events.projector.describe());
        return complain(err, why.line, why.exit_code);
    }
    if (!done.found) return complain(err, nothing_done(what), exit_code::refused);
    if (what.verb == projections_verb::list) print(done.listed, as, out);
    else print(what, done.events, as, out);
    return exit_code::ok;
}

}  // namespace headroom::service
