// persistence/cache/detail/shared_level.hpp: the level all processes share: records in Redis.
//
// Nothing here fails because Redis does: it answers that Redis is away. On the mux's reactor.
#pragma once
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "headroom/persistence/cache/detail/count.hpp"
#include "headroom/persistence/cache/key_space.hpp"
#include "headroom/persistence/cache/record.hpp"
#include "headroom/persistence/cache/settings.hpp"
#include "headroom/persistence/cache/trust.hpp"
#include "headroom/persistence/redis/mux.hpp"

namespace headroom::cache::detail {

/// What stands under a key.
class sight {
public:
    /// Redis is away.
    sight() = default;
    explicit sight(redis::value answer) : answer_(std::move(answer)), there_(true) {}

    bool away() const noexcept { return !there_; }
    /// None where nothing is, or no record. Valid while this lives and is not moved.
    std::optional<record> what() const {
        if (!there_ || answer_.is() != redis::kind::text) return std::nullopt;
        return parse_record(answer_.text());
    }
    /// By which it is known again, also what is no record; "" for nothing.
    std::string head() const {
        if (!there_ || answer_.is() != redis::kind::text) return "";
        return std::string(answer_.text().substr(0, head_bytes));
    }

private:
    redis::value answer_;
    bool there_ = false;
};

enum class filled {
    stored,
    outdated,  ///< something else stands there since
    away,
};

class shared_level {
public:
    /// The mux outlives it.
    shared_level(redis::mux& on, const settings& with, std::function<double()> random);

    task<sight> read(std::string key, deadline until);
    /// Stores where `head` is what stands there: "" for nothing.
    task<filled> fill(std::string key, std::string head, std::string body, deadline until);
    /// Stores whatever stands there, and tells everybody.
    task<bool> put(std::string key, std::string body, lifetime with, deadline until);
    /// Nothing stands there any more, for as long as a load may take: told to everybody.
    /// `kind`: open or barred.
    task<bool> mark(std::vector<std::string> keys, record_kind kind, deadline until);
    /// The number after it was raised by `by`. Its life begins with it.
    task<std::optional<std::int64_t>> raise(std::string key, std::int64_t by,
                                            std::chrono::milliseconds kept, deadline until);
    /// Asks for an answer, for the sake of trust.
    task<void> prove();

    trust& proofs() noexcept { return trust_; }
    /// The connection is known to be lost, or to be there.
    void down() noexcept { down_ = true; }
    void up() noexcept {
        down_ = false;
        breaker_.close();
    }
    bool closed() const noexcept { return !down_ && !breaker_.open(); }
    /// From any thread.
    std::uint64_t errors() const noexcept { return errors_.now(); }
    std::uint64_t degraded() const noexcept { return degraded_.now(); }
    const key_space& keys() const noexcept { return keys_; }

private:
    template <class Answer, class Ask>
    task<std::optional<Answer>> attempt(Ask ask, deadline until);
    /// The right to ask; none when that is not worth it.
    std::optional<breaker::permit> worth_asking(deadline::clock::time_point now);
    void answered(breaker::permit& by, deadline::clock::time_point asked);
    void not_answered(breaker::permit& by);
    std::string value_record(std::string_view body, lifetime with);
    lifetime drawn(lifetime of) { return jittered(of, with_.jitter, random_()); }

    redis::mux& on_;
    const settings& with_;
    const key_space keys_;
    const std::string channel_;
    const std::function<double()> random_;
    std::mt19937_64 stamps_{std::random_device{}()};
    breaker breaker_;
    bool down_ = false;
    trust trust_;
    count errors_, degraded_;
};

}  // namespace headroom::cache::detail
