// persistence/connect_gate.hpp: how fast one server may be asked for new connections.
//
// While the server is believed dead, one attempt at a time probes it, at most two a second, so that
// a pool of 25 does not greet a restarting server with 12,500 attempts a second. Once it answers,
// as many attempts may run together as have just succeeded: 1, 2, 4 ... The pauses are jittered so
// that many processes spread out ("Exponential Backoff And Jitter", M. Brooker, AWS Architecture
// Blog, 2015: "decorrelated jitter"), and capped so that service resumes within a second of the
// server's return.
//
// One gate for each server, shared by every pool that connects to it. Pure: time is handed in.
// Thread-safe.
#pragma once
#include <expected>
#include <functional>
#include <mutex>
#include <utility>

#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::persistence {

class connect_gate {
public:
    using clock = deadline::clock;

    static constexpr std::chrono::milliseconds pause_ms_min{500};  ///< between two probes
    static constexpr std::chrono::milliseconds pause_ms_max{650};
    /// A waiter looks again at least this often: another's probe may have found the server alive.
    static constexpr std::chrono::milliseconds look_ms{20};
    static constexpr std::chrono::milliseconds crowded_ms{5};  ///< ask again, when only crowded
    static constexpr unsigned together_max = 64;               ///< attempts at once, at best

    /// `random` gives numbers of [0, 1).
    explicit connect_gate(std::function<double()> random = uniform());

    /// The right to one attempt. Say how it went; one that is dropped says nothing.
    class [[nodiscard]] permit {
    public:
        permit(permit&& from) noexcept : of_(std::exchange(from.of_, nullptr)) {}
        permit& operator=(permit&& from) noexcept {
            std::swap(of_, from.of_);
            return *this;
        }
        ~permit() {
            if (of_ != nullptr) of_->dropped();
        }
        void succeeded();
        void failed(clock::time_point now);

    private:
        friend class connect_gate;
        explicit permit(connect_gate& of) noexcept : of_(&of) {}
        connect_gate* of_;
    };

    /// A permit, or the instant at which asking again makes sense.
    std::expected<permit, clock::time_point> ask(clock::time_point now);
    /// Asks until there is one; throws deadline_passed, and what `check` throws, which is called
    /// before each question: who may not connect any more takes nobody's turn.
    task<permit> pass(deadline until, const std::function<void()>& check = {});

    bool believed_dead() const;

    static std::function<double()> uniform();

private:
    void dropped();

    mutable std::mutex mutex_;
    // guarded by mutex_
    const std::function<double()> random_;
    bool dead_ = false;
    unsigned running_ = 0;
    unsigned together_ = 1;
    std::chrono::milliseconds pause_{0};
    clock::time_point not_before_{};
};

}  // namespace headroom::persistence
