// runtime/breaker.hpp: whether it is worth asking one server at this moment.
//
// closed: everybody may. After so many failures in a row it opens: nobody waits for a server that
// does not answer. After a jittered pause one attempt may probe it; its success closes the breaker,
// its failure doubles the pause (M. Nygard, "Release It!", 2007, "Circuit Breaker").
//
// Pure: time and randomness are handed in. On one reactor.
#pragma once
#include <expected>
#include <utility>

#include "headroom/runtime/backoff.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom {

struct breaker_bounds {
    unsigned failures_max = 5;  ///< in a row; one more attempt is then refused
    backoff_bounds pauses{std::chrono::milliseconds(250), std::chrono::milliseconds(1'000),
                          std::chrono::milliseconds(30'000)};
};

class breaker {
public:
    using time_point = deadline::clock::time_point;

    breaker(breaker_bounds within, std::minstd_rand random);

    /// The right to one attempt. Say how it went; one that is dropped says nothing. The breaker
    /// outlives it.
    class [[nodiscard]] permit {
    public:
        permit(permit&& from) noexcept
            : of_(std::exchange(from.of_, nullptr)), probes_(from.probes_) {}
        permit& operator=(permit&& from) noexcept {
            std::swap(of_, from.of_);
            std::swap(probes_, from.probes_);
            return *this;
        }
        ~permit() {
            if (of_ != nullptr && probes_) of_->probing_ = false;
        }
        void succeeded();
        void failed(time_point now);

    private:
        friend class breaker;
        permit(breaker& of, bool probes) noexcept : of_(&of), probes_(probes) {}
        breaker* of_;
        bool probes_;
    };

    /// A permit, or the instant at which asking again makes sense.
    std::expected<permit, time_point> ask(time_point now);

    /// The server is known to be well, by other means than an attempt.
    void close() noexcept {
        failures_ = 0;
        pause_.reset();
    }
    bool open() const noexcept { return failures_ >= within_.failures_max; }

private:
    const breaker_bounds within_;
    backoff pause_;
    unsigned failures_ = 0;
    bool probing_ = false;
    time_point not_before_{};
};

}  // namespace headroom
