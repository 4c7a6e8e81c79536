// tests/fleet/resident.hpp: a program that belongs to a fleet under chaos, and what it says of
// itself.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "headroom/testing/child_process.hpp"

namespace headroom::fleet {

enum class resident_kind { member, service };

/// One running program. It is joining from its start until it says that it has joined, and again
/// while it is fenced; `settles_in` says that it may become so any moment.
class resident {
public:
    using wall = std::chrono::steady_clock;

    resident(resident_kind kind, const testing::program& what)
        : kind_(kind), program_(std::make_unique<testing::child_process>(what)) {}

    void kill();
    void leave();  ///< SIGTERM; wakes it first
    void stop(std::chrono::milliseconds lasts);
    void go_on();
    void settles_in(std::chrono::milliseconds bound) { settled_at_ = wall::now() + bound; }

    bool stopped() const noexcept { return resumes_at_.has_value(); }
    bool resumes() const { return resumes_at_ && wall::now() >= *resumes_at_; }
    bool leaving() const noexcept { return leaving_; }
    bool joined();
    bool joining();
    bool running() { return program_->running(); }

    /// "0badcafe", as its sessions are named; of a member that has joined.
    std::string number() const;
    /// What it last said it has.
    unsigned has() const;
    std::optional<testing::exit_status> ended(std::chrono::milliseconds within);
    /// It was told to, or was not let in; anything else is a fault.
    static bool ended_well(testing::exit_status how, bool killed);
    bool killed() const noexcept { return killed_; }
    std::string errors() const { return program_->errors(); }

private:
    bool fenced() const;

    const resident_kind kind_;
    const std::unique_ptr<testing::child_process> program_;
    std::optional<wall::time_point> resumes_at_;
    wall::time_point settled_at_{};
    bool joined_ = false, leaving_ = false, killed_ = false;
};

}  // namespace headroom::fleet
