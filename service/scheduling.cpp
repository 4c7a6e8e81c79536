#include "service/scheduling.hpp"

#include <stdexcept>

#include "service/identity/key_expiry.hpp"
#include "service/task_names.hpp"

namespace headroom::service {

scheduling::scheduling(reactor& home, redis::mux& over, const settings& with,
                       const observability::logger& log)
    : home_(home), over_(over), with_(with), names_(tasks_of(with, over)),
      scheduler_({.io = home, .mux = over, .log = log}, tasks::scheduler_terms_of(names_)) {
    report_task_names(with, over, log);
}

/// Where it is there already and the same, it goes on after its last slot.
task<void> scheduling::store_own(deadline by) {
    tasks::schedule_source all(over_, tasks::schedule_source_terms_of(names_));
    if (with_.key_lifetime.count() == 0) {
        co_await all.remove(identity::key_expiry_task, by);
        co_return;
    }
    const auto added = co_await all.add(identity::key_expiry_schedule(), by);
    if (!added) throw std::runtime_error("the schedule of expiring keys: " + added.error());
}

void scheduling::start(deadline by) {
    home_.run_blocking([this, by] { return store_own(by); });
    scheduler_.start(by);
}

}  // namespace headroom::service
