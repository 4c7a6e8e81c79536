// persistence/cache/view.hpp: one kind of value in the cache, by its type.
//
//     cache::view<profile> profiles(all, "profile");
//     const auto found = co_await profiles.get_or_load(
//         id, [&](deadline until) { return read_profile(id, until); }, until);
//
// Values are shared and constant: what the local level holds is what every caller gets. All calls
// may be made from any reactor; the cache outlives its views, and its stop() what loads refer to.
#pragma once
#include "headroom/persistence/cache/codec.hpp"
#include "headroom/persistence/cache/two_level.hpp"

namespace headroom::cache {

template <class T, class Codec = codec<T>>
class view {
public:
    using pointer = std::shared_ptr<const T>;
    using loader = std::function<task<T>(deadline)>;

    /// `name`: before each key of its own.
    view(two_level& in, std::string name) : all_(in), name_(std::move(name)) {
        all_.claim(name_);
        name_ += ':';
    }

    /// Null: a miss, also while Redis is away.
    task<pointer> get(std::string key, deadline until) {
        co_return typed(co_await all_.look({name_ + key, decode, {}, {}}, until));
    }

    /// What is kept, else what `load` brings: one load for all who ask meanwhile, with a deadline
    /// of its own. A failure is thrown to all of them and kept by nobody. Where what is kept does
    /// not suffice (`suffices`, if any, says no) it is loaded, and given whatever it is. Throws
    /// what `load` does, and persistence::deadline_passed.
    task<pointer> get_or_load(std::string key, loader load, deadline until,
                              std::function<bool(const T&)> suffices = {}) {
        detail::question what{name_ + key, decode, encoded(std::move(load)), {}};
        if (suffices)
            what.suffices = [ask = std::move(suffices)](const void* value) {
                return ask(*static_cast<const T*>(value));
            };
        co_return typed(co_await all_.find(std::move(what), until));
    }

    /// False when it is not stored: it is larger than value_bytes_max, or Redis is away.
    task<bool> set(const std::string& key, const T& value, lifetime with, deadline until) {
        return all_.put(name_ + key, Codec::encode(value), with, until);
    }
    task<bool> set(const std::string& key, const T& value, deadline until) {
        return set(key, value, all_.with().values, until);
    }
    /// False when Redis could not be told yet; it will be.
    task<bool> erase(std::string key, deadline until) { return changed({std::move(key)}, until); }

    /// The truth of these is about to be changed: from here to changed(), or for barred_ms, nobody
    /// keeps them.
    task<void> changing(std::vector<std::string> keys, deadline until) {
        return all_.changing(named(std::move(keys)), until);
    }
    /// It has been changed. False: as erase().
    task<bool> changed(std::vector<std::string> keys, deadline until) {
        return all_.changed(named(std::move(keys)), until);
    }

private:
    static detail::held decode(std::string_view body) {
        return std::make_shared<const T>(Codec::decode(body));
    }
    static pointer typed(const detail::held& value) {
        return std::static_pointer_cast<const T>(value);
    }
    static std::function<task<detail::loaded>(deadline)> encoded(loader load) {
        return [load = std::move(load)](deadline until) { return bring(load, until); };
    }
    static task<detail::loaded> bring(loader load, deadline until) {
        auto value = std::make_shared<const T>(co_await load(until));
        auto body = Codec::encode(*value);
        co_return detail::loaded{std::move(value), std::move(body)};
    }
    std::vector<std::string> named(std::vector<std::string> keys) const {
        for (auto& each : keys) each.insert(0, name_);
        return keys;
    }

    two_level& all_;
    std::string name_;
};

}  // namespace headroom::cache
