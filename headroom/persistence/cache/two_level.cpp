#include "headroom/persistence/cache/two_level.hpp"

#include <boost/assert.hpp>
#include <random>

#include "headroom/persistence/cache/detail/body.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::cache {
namespace {

constexpr std::size_t view_bytes_max = 32;
constexpr std::string_view counters = "count";  // no view's name

std::function<double()> random_of_its_own() {
    return [from = std::mt19937_64(std::random_device{}())]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(from);
    };
}

bool names_a_view(std::string_view text) {
    return !text.empty() && text.size() <= view_bytes_max && text != counters &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") ==
               std::string_view::npos;
}

void check_all(const std::vector<std::string>& keys) {
    for (const auto& each : keys) key_space::check(each);
}

/// Without a frame between where the caller is at home.
template <class T>
task<T> at(reactor& home, task<T> what) {
    if (home.is_current()) return what;
    return on_reactor(home, std::move(what));
}

}  // namespace

two_level::body::body(redis::mux& to, const settings& terms, std::function<double()> drawn)
    : on(to), home(to.home()), with(terms), random(drawn ? std::move(drawn) : random_of_its_own()),
      shared(on, with, random), near(with.local_entries_max, with.local_bytes_max) {
    BOOST_ASSERT(with.values.fresh <= with.values.kept && with.trust_ms < with.barred_ms);
}

task<detail::held> two_level::body::find(question what, deadline until) {
    const auto self = shared_from_this();
    if (stopping) co_return (co_await what.load(until)).value;
    if (auto value = look_near(what)) co_return value;
    auto found = co_await detail::flight::wait(join(what), until);
    if (!what.suffices || what.suffices(found.get())) co_return found;
    co_return co_await detail::flight::wait(launch(what, wanted::loaded, on_their_way), until);
}

task<detail::held> two_level::body::look(question what, deadline until) {
    const auto self = shared_from_this();
    if (stopping) co_return nullptr;
    if (auto value = look_near(what)) co_return value;
    const auto before = heard_of;
    const auto there = co_await shared.read(what.key, until);
    const auto record = there.what();
    auto value = record ? kept_in(what, *record) : nullptr;
    if (!value) {
        counts.misses.add();
        co_return nullptr;
    }
    if (before == heard_of) keep_near(what.key, value, *record);
    co_return value;
}

task<bool> two_level::body::put(std::string key, std::string bytes, lifetime life,
                                deadline until) {
    const auto self = shared_from_this();
    if (bytes.size() > with.value_bytes_max) {
        counts.too_large.add();
        co_return false;
    }
    const bool done = co_await shared.put(key, std::move(bytes), life, until);
    dropped(key);
    co_return done;
}

task<void> two_level::body::changing(std::vector<std::string> keys, deadline until) {
    const auto self = shared_from_this();
    co_await shared.mark(keys, record_kind::barred, until);
    for (const auto& each : keys) dropped(each);
}

task<bool> two_level::body::changed(std::vector<std::string> keys, deadline until) {
    const auto self = shared_from_this();
    const bool told = co_await shared.mark(keys, record_kind::open, until);
    for (const auto& each : keys) dropped(each);
    if (!told) owe(keys);
    co_return told;
}

void two_level::body::show() noexcept {
    counts.entries.set(near.size());
    counts.bytes.set(near.bytes());
    counts.evicted.set(near.evicted());
    counts.owed.set(owed.size());
}

figures two_level::body::now() const {
    return {.local_hits = counts.local_hits.now(),
            .redis_hits = counts.redis_hits.now(),
            .misses = counts.misses.now(),
            .joined = counts.joined.now(),
            .loads = counts.loads.now(),
            .load_failures = counts.load_failures.now(),
            .refreshes = counts.refreshes.now(),
            .outdated = counts.outdated.now(),
            .invalidations = counts.invalidations.now(),
            .gaps = counts.gaps.now(),
            .errors = shared.errors(),
            .degraded = shared.degraded(),
            .evicted = counts.evicted.now(),
            .too_large = counts.too_large.now(),
            .owed = counts.owed.now(),
            .entries = counts.entries.now(),
            .bytes = counts.bytes.now()};
}

// ---- the part ----

two_level::two_level(redis::mux& shared, const settings& with, std::function<double()> random)
    : body_(std::make_shared<body>(shared, with, std::move(random))) {}

two_level::~two_level() { BOOST_ASSERT_MSG(!started_, "a cache is stopped before it ends"); }

void two_level::start(deadline by) {
    body_->home.run_blocking([this, by]() -> task<void> {
        body_->push.emplace(body_->on);
        co_await body_->begin(by);
    });
    started_ = true;
}

void two_level::stop(deadline drain_until) noexcept {
    if (!std::exchange(started_, false)) return;
    try {
        body_->home.run_blocking([this, drain_until] { return body_->settle(drain_until); });
    } catch (const std::exception&) {
        return;  // the reactor has ended: nothing runs there any more
    }
}

const settings& two_level::with() const noexcept { return body_->with; }
figures two_level::now() const { return body_->now(); }

void two_level::claim(const std::string& view) {
    BOOST_ASSERT_MSG(names_a_view(view), "no name of a view");
    BOOST_ASSERT_MSG(claimed_.insert(view).second, "two views of one name");
}

task<std::optional<std::int64_t>> two_level::increment(std::string key, std::int64_t by,
                                                       std::chrono::milliseconds kept,
                                                       deadline until) {
    key.insert(0, std::string(counters) + ":");
    key_space::check(key);
    return at(body_->home, body_->shared.raise(std::move(key), by, kept, until));
}

task<detail::held> two_level::find(detail::question what, deadline until) {
    key_space::check(what.key);
    return at(body_->home, body_->find(std::move(what), until));
}

task<detail::held> two_level::look(detail::question what, deadline until) {
    key_space::check(what.key);
    return at(body_->home, body_->look(std::move(what), until));
}

task<bool> two_level::put(std::string key, std::string bytes, lifetime with, deadline until) {
    key_space::check(key);
    return at(body_->home, body_->put(std::move(key), std::move(bytes), with, until));
}

task<void> two_level::changing(std::vector<std::string> keys, deadline until) {
    check_all(keys);
    return at(body_->home, body_->changing(std::move(keys), until));
}

task<bool> two_level::changed(std::vector<std::string> keys, deadline until) {
    check_all(keys);
    return at(body_->home, body_->changed(std::move(keys), until));
}

}  // namespace headroom::cache
