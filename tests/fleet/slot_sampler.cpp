#include "tests/fleet/slot_sampler.hpp"

#include <algorithm>

#include "tests/fleet/superuser_session.hpp"

namespace headroom::fleet {
namespace {

using wall = std::chrono::steady_clock;

constexpr const char* count_backends =
    "select count(*) from pg_stat_activity where backend_type = 'client backend'";
constexpr const char* sum_reservations =
    "select coalesce(sum(reservation), 0) from headroom_fleet.member";
constexpr const char* name_backends =
    "select string_agg(name || ' ' || units, ', ') from (select application_name as name, count(*)"
    " as units from pg_stat_activity where backend_type = 'client backend' group by 1 order by 1) "
    "g";
constexpr unsigned reservations_each = 10;

unsigned number(const std::string& text) { return static_cast<unsigned>(std::stoul("0" + text)); }

}  // namespace

slot_sampler::slot_sampler(std::string url, unsigned cap)
    : url_(std::move(url)), cap_(cap), thread_([this] { run(); }) {}

slot_samples slot_sampler::so_far() const {
    const std::scoped_lock lock(mutex_);
    return seen_;
}

void slot_sampler::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    ends_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void slot_sampler::run() {
    try {
        sample();
    } catch (const std::exception& broken) {
        const std::scoped_lock lock(mutex_);
        seen_.broken = broken.what();
    }
}

void slot_sampler::sample() {
    superuser_session session(url_);
    std::unique_lock lock(mutex_);
    for (auto last = wall::now(), next = last; !stopping_;) {
        const bool sums = seen_.taken % reservations_each == 0;
        lock.unlock();
        const auto backends = number(session.value(count_backends));
        const auto fullest = backends > cap_ ? session.value(name_backends) : std::string();
        const auto reserved = sums ? number(session.value(sum_reservations)) : 0;
        lock.lock();
        const auto now = wall::now();
        const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(now - last);
        ++seen_.taken;
        seen_.backends_max = std::max(seen_.backends_max, backends);
        seen_.reserved_max = std::max(seen_.reserved_max, reserved);
        seen_.gap_max = std::max(seen_.gap_max, gap);
        if (!fullest.empty()) seen_.fullest = fullest;
        last = now;
        next = std::max(next + every, now);
        ends_.wait_until(lock, next, [this] { return stopping_; });
    }
}

}  // namespace headroom::fleet
