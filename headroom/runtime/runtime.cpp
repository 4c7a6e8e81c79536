#include "headroom/runtime/runtime.hpp"

#include "headroom/budget/exit_code.hpp"

namespace headroom {
namespace {

constexpr int undecided = -1;

budget::consumer fixed(const char* name, const char* resource, unsigned units) {
    budget::consumer row;
    row.name = name;
    row.package = "runtime";
    row.resource = resource;
    row.pool = units;
    row.minimum = units;
    row.hardcoded = true;
    return row;
}

constexpr char blocking_pool_consumer[] = "runtime.blocking_pool";
constexpr std::ptrdiff_t before_blocking_pool = 3;  // rows

budget::consumer set_by(const char* setting, budget::consumer row) {
    row.hardcoded = false;
    row.settings = {setting};
    return row;
}

}  // namespace

std::vector<budget::consumer> consumers(const runtime_settings& of) {
    std::vector<budget::consumer> all{
        fixed("runtime.main", "threads", 1),
        set_by("HEADROOM_REACTORS", fixed("runtime.reactors", "threads", of.reactors)),
        set_by("HEADROOM_SYSTEM_THREADS",
               fixed("runtime.system_pool", "threads", of.system_threads)),
        fixed("runtime.standard_streams", "files", standard_streams),
        set_by("HEADROOM_REACTORS", fixed("runtime.reactor_descriptors", "files",
                                          descriptors_per_reactor * of.reactors)),
        fixed("runtime.margin", "files", files_margin),
    };
    if (of.blocking_threads > 0)
        all.insert(all.begin() + before_blocking_pool,
                   set_by("HEADROOM_BLOCKING_THREADS",
                          fixed(blocking_pool_consumer, "threads", of.blocking_threads)));
    return all;
}

runtime::runtime(budget::book& from, const runtime_settings& with)
    : settings_(with), exit_code_(undecided),
      system_pool_(std::make_unique<worker_pool>("runtime.system_pool",
                                                 take_all(from, "runtime.system_pool"))),
      names_(*system_pool_) {
    if (with.blocking_threads > 0)
        blocking_pool_ = std::make_unique<worker_pool>(blocking_pool_consumer,
                                                       take_all(from, blocking_pool_consumer));
    for (const auto* each : {"runtime.main", "runtime.standard_streams",
                             "runtime.reactor_descriptors", "runtime.margin"})
        for (auto& unit : take_all(from, each)) held_.push_back(std::move(unit));
    for (auto& unit : take_all(from, "runtime.reactors")) {
        reactors_.push_back(std::make_unique<reactor>("reactor"));
        reactors_.back()->start(std::move(unit));
    }
}

// Blocking jobs may wait for the system pool, and jobs of both for a reactor.
runtime::~runtime() {
    if (blocking_pool_) blocking_pool_->stop();
    system_pool_->stop();
    for (auto& each : reactors_) each->stop();
}

std::vector<budget::lease> runtime::take_all(budget::book& from, const char* consumer) {
    auto share = from.take(consumer);
    if (!share) throw budget::refused(std::move(share.error()));
    grants_.push_back(std::move(*share));
    std::vector<budget::lease> all;
    while (all.size() < grants_.back().agreed().floor)
        all.push_back(grants_.back().take().value());
    return all;
}

int runtime::run(std::vector<part*> parts) {
    part_sequence all(std::move(parts));
    all.start(deadline::after(settings_.start_timeout));
    manager_.tell("READY=1");
    signals_.wait();
    manager_.tell("STOPPING=1");
    signals_.end_program_at_next(settings_.drain_timeout + drain_grace);
    all.stop(deadline::after(settings_.drain_timeout));
    int code = undecided;
    exit_code_.compare_exchange_strong(code, budget::exit_code::ok);
    return exit_code_;
}

void runtime::end(int code) noexcept {
    int none = undecided;
    if (exit_code_.compare_exchange_strong(none, code)) signals_.raise();
}

}  // namespace headroom
