// How a value comes: from this process, from Redis, or from who knows it.
#include <algorithm>

#include "headroom/persistence/cache/detail/body.hpp"

namespace headroom::cache {
namespace {

using std::chrono::milliseconds;

wall_time now_on_the_wall() {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

detail::held two_level::body::look_near(const question& what) {
    const auto now = deadline::clock::now();
    if (shared.proofs().ages(now) && near.size() > 0) prove_soon();
    if (!shared.proofs().holds(now)) return nullptr;
    const auto* found = near.find(what.key, now);
    if (found == nullptr || (what.suffices && !what.suffices(found->value.get()))) return nullptr;
    counts.local_hits.add();
    auto value = found->value;
    if (found->fresh_until <= now && what.load) refresh(what);
    return value;
}

std::shared_ptr<detail::flight> two_level::body::join(const question& what) {
    const auto at = on_their_way.find(what.key);
    if (at == on_their_way.end()) return launch(what, wanted::anything, on_their_way);
    counts.joined.add();
    return at->second;
}

std::shared_ptr<detail::flight> two_level::body::launch(const question& what, wanted how,
                                                        flights& among) {
    auto begun = std::make_shared<detail::flight>(home);
    among[what.key] = begun;
    spawn([this, begun, what, how, &among] { return fly(begun, what, how, among); });
    return begun;
}

/// Nobody waits for it: what is there is given meanwhile.
void two_level::body::refresh(const question& what) {
    if (stopping || refreshing.contains(what.key)) return;
    counts.refreshes.add();
    launch(what, wanted::fresh, refreshing);
}

bool two_level::body::is_current(const std::shared_ptr<detail::flight>& on, const std::string& key,
                                 const flights& among) {
    const auto at = among.find(key);
    return at != among.end() && at->second == on;
}

task<void> two_level::body::fly(std::shared_ptr<detail::flight> on, question what, wanted how,
                                flights& among) {
    try {
        co_await bring(on, what, how, among);
    } catch (const std::exception&) {
        if (!on->landed()) on->fail(std::current_exception());
    }
    if (is_current(on, what.key, among)) among.erase(what.key);
}

task<void> two_level::body::bring(std::shared_ptr<detail::flight> on, question what, wanted how,
                                  flights& among) {
    const auto until = deadline::after(with.load_ms_max);
    const auto there = co_await shared.read(what.key, until);
    const auto record = there.what();
    const bool barred = record && record->kind == record_kind::barred;
    const bool stale = record && record->fresh_until <= now_on_the_wall();
    if (record && how != wanted::loaded && !(stale && how == wanted::fresh))
        if (auto value = kept_in(what, *record)) {
            if (is_current(on, what.key, among)) keep_near(what.key, value, *record);
            on->land(std::move(value));
            if (stale) refresh(what);
            co_return;
        }
    if (how == wanted::anything) counts.misses.add();
    // Whoever asks once the truth has changed must not be given what was read before.
    if (barred && is_current(on, what.key, among)) among.erase(what.key);
    auto [value, bytes] = co_await load(what, until);
    on->land(value);
    if (barred || there.away()) co_return;
    co_await keep(on, what.key, std::move(value), std::move(bytes), there.head(), among);
}

task<detail::loaded> two_level::body::load(const question& what, deadline until) {
    counts.loads.add();
    try {
        co_return co_await what.load(until);
    } catch (const std::exception&) {
        counts.load_failures.add();
        throw;
    }
}

/// In Redis, where `head` still stands there, and here, where nothing was heard since.
task<void> two_level::body::keep(std::shared_ptr<detail::flight> on, std::string key, held value,
                                 std::string bytes, std::string head, flights& among) {
    if (bytes.size() > with.value_bytes_max) co_return counts.too_large.add();
    if (!is_current(on, key, among)) co_return counts.outdated.add();
    const auto size = bytes.size();
    const auto done = co_await shared.fill(key, std::move(head), std::move(bytes),
                                           deadline::after(with.redis_ms_max));
    if (done == detail::filled::away) co_return;
    if (done == detail::filled::outdated || !is_current(on, key, among))
        co_return counts.outdated.add();
    keep_near(key, std::move(value), size, with.values.fresh);
}

/// Null where that is no value, or none that this program can read.
detail::held two_level::body::kept_in(const question& what, const record& there) {
    if (there.kind != record_kind::value) return nullptr;
    try {
        auto value = what.decode(there.body);
        counts.redis_hits.add();
        return value;
    } catch (const std::exception&) {
        return nullptr;
    }
}

void two_level::body::keep_near(const std::string& key, held value, const record& from) {
    keep_near(key, std::move(value), from.body.size(), from.fresh_until - now_on_the_wall());
}

// What Redis may have given up by then is not kept longer here: `local_kept` is short.
void two_level::body::keep_near(const std::string& key, held value, std::size_t bytes,
                                milliseconds fresh) {
    if (stopping || !shared.proofs().listening()) return;
    const auto now = deadline::clock::now();
    const auto kept = jittered(with.local_kept, with.jitter, random());
    near.put(key, {std::move(value), now + fresh, now + kept}, bytes);
    show();
}

}  // namespace headroom::cache
