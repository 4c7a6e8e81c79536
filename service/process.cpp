#include "service/process.hpp"

#include <fmt/format.h>

#include "headroom/budget/exit_code.hpp"
#include "headroom/eventsourcing/projections.hpp"
#include "headroom/fleet/fleet_fact.hpp"
#include "headroom/http/certificates.hpp"
#include "service/logging.hpp"
#include "service/task_server_check.hpp"

namespace headroom::service {
namespace {

namespace exit_code = budget::exit_code;

std::string name_of(persistence::application_name member, const char* consumer) {
    member.consumer = consumer;
    return member.text();
}

}  // namespace

process::process(const process_terms& terms)
    : is_(terms),
      on_(is_.book, is_.with.process),
      event_sockets_(taken(is_.book, eventsourcing::sockets_consumer)),
      door_(is_.with.database.serve, &on_.system_pool()),
      projector_door_(is_.with.events.projector, &on_.system_pool()),
      control_(on_.home(), taken(is_.book, "persistence.control"),
               {&door_, named("persistence.control"), {}}),
      watch_(is_.book, is_.log, is_.with.process.policy != budget_policy::warn),
      keeper_(on_.home(), control_),
      member_({is_.with, is_.book, is_.log, on_, control_, is_.member,
               {&door_, &projector_door_}}) {
    if (uses_redis(is_.with, is_.duty))
        redis_ = std::make_unique<redis::shared_server>(on_, is_.book,
                                                        redis_of(is_.with, is_.duty), is_.member);
    if (is_.with.database.pooler)
        pooler_door_.emplace(*is_.with.database.pooler, &on_.system_pool());
    while (held_.size() < event_sockets_.agreed().floor)
        held_.push_back(event_sockets_.take().value());
    for (auto* each : reactors()) look_after(persistence::closing_room::of(*each));
}

void process::look_after(persistence::closing_room& room) {
    control_.look_after(room, is_.book.of("postgres"));
    if (is_.with.database.pooler)
        control_.look_after(room, is_.book.of(persistence::pooler_resource));
}

std::string process::named(const char* consumer) const { return name_of(is_.member, consumer); }

budget::grant process::take(const char* consumer) { return taken(is_.book, consumer); }

std::vector<reactor*> process::reactors() {
    std::vector<reactor*> all;
    for (std::size_t i = 0; i < on_.reactors(); ++i) all.push_back(&on_.at(i));
    return all;
}

persistence::database_terms process::database_terms() const {
    persistence::database_terms made;
    made.settings = sizes_of(is_.with, is_.duty).database;
    made.name = is_.member;
    if (const auto* share = member_.membership())
        made.beside_server = [share] {
            return fleet::fact_of(share->figures(), deadline::clock::now());
        };
    if (is_.with.database.echo)
        made.echo = [log = is_.log](std::string_view text) {
            log.info("sql", {{"db.query.text", text}});
        };
    return made;
}

// ---- admission ----

int process::admit(deadline until) {
    persistence::admission_terms terms;
    terms.policy = is_.with.process.policy;
    terms.target = is_.with.database.serve.describe();
    terms.system = is_.member.system;
    if (redis_) {
        terms.other_limits = [this](deadline by) { return redis_->limits(by); };
        terms.other_resource = redis::resource;
        terms.other_target = redis_->target();
    }
    terms.kept_free = fleet::join_reserve_usual;
    terms.on_wait = [this](const std::string& why) { is_.log.warn("waiting", {{"reason", why}}); };
    terms.give_up = [this] { return on_.stop_requested(); };
    persistence::admission result;
    on_.home().run_blocking([&]() -> task<void> {
        result = co_await persistence::admit(control_, is_.book, std::move(terms), until);
        if (result.starts()) watch_.begin(control_);
    });
    return report_start(ground(), result);
}

int process::join(deadline until) {
    const int code = member_.join(until);
    if (code == exit_code::ok)
        on_.home().run_blocking([this]() -> task<void> {
            watch_.bounded_by(member_.membership());
            co_return;
        });
    return code;
}

// ---- schema and roles ----

int process::check(deadline until) {
    auto share = take(start_check_consumer);
    const auto visit = [&](persistence::door& through) {
        return start_visit{on_.home(), through, share, named(start_check_consumer)};
    };
    const int code = look_at_start(
        ground(),
        [&](deadline by) { return check_app(visit(door_), is_.with.process.profile, by); },
        is_.with.database.serve.describe(), until);
    if (code != exit_code::ok) return code;
    if (is_.duty == duty::work)
        return look_at_start(
            ground(), [&](deadline by) { return check_task_server(redis_->shared(), by); },
            redis_->target(), until);
    if (is_.with.events.runners_max == 0) return code;
    return look_at_start(
        ground(),
        [&](deadline by) { return check_projector(visit(projector_door_), is_.with.events, by); },
        is_.with.events.projector.describe(), until);
}

// ---- work ----

int process::run(persistence::database& db, std::vector<part*> parts) {
    parts.insert(parts.begin(), {&keeper_, &member_, &db});
    if (redis_) parts.insert(parts.begin() + 1, redis_.get());
    tell_watch(&db);
    const int code = on_.run(std::move(parts));
    tell_watch(nullptr);
    is_.log.info("stopped", {{"exit_code", code}});
    return code;
}

void process::tell_watch(persistence::database* db) {
    on_.home().run_blocking([this, db]() -> task<void> {
        watch_.tell(db);
        co_return;
    });
}

int run_process(const settings& with, duty of, const std::function<int(process&)>& work) {
    const auto hiding = redactor_for(with);
    const auto member = member_of(with, of);
    const auto log = logger_for(with, hiding, fmt::format("{:08x}", member.member));
    for (const auto& each : with.warnings) log.warn(each.message());
    budget::book book;
    if (const auto declared = declare(book, with, of, read_process_limits()); !declared)
        return refuse_start(log, {declared.error().message()});
    book.restrict("postgres", 1);
    if (uses_redis(with, of)) book.restrict(redis::resource, 1);
    try {
        process one({with, of, book, hiding, log, member});
        const auto until = deadline::after(with.process.start_timeout);
        if (const int code = one.admit(until); code != exit_code::ok) return code;
        if (const int code = one.join(until); code != exit_code::ok) return code;
        if (const int code = one.check(until); code != exit_code::ok) return code;
        return work(one);
    } catch (const eventsourcing::projection_refused& why) {
        return refuse_start(log, {why.what()});
    } catch (const http::certificate_fault& why) {
        return refuse_start(log, {why.what()});
    } catch (const std::exception& broken) {
        fmt::print(stderr, "headroom-service: {}\n", hiding.clean(broken.what()));
        log.error("start failed", {{"error", broken.what()}});
        return exit_code::unavailable;
    }
}

}  // namespace headroom::service
