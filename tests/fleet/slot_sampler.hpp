// tests/fleet/slot_sampler.hpp: how full a server is, every ten milliseconds.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace headroom::fleet {

/// What the samples had at most.
struct slot_samples {
    unsigned taken = 0;
    unsigned backends_max = 0;  ///< client backends, superusers' and the sampler's own included
    unsigned reserved_max = 0;  ///< sum over headroom_fleet.member, dead rows included
    std::chrono::milliseconds gap_max{0};  ///< between two samples
    std::string fullest;                   ///< whose the sessions were, in one above the cap
    std::string broken;                    ///< why sampling ended early; empty: it did not
};

/// A thread with a superuser's session of its own. The reservations are read every tenth time.
class slot_sampler {
public:
    static constexpr std::chrono::milliseconds every{10};

    /// `cap`: above it a sample notes who holds what.
    slot_sampler(std::string url, unsigned cap);
    ~slot_sampler() { stop(); }
    slot_sampler(const slot_sampler&) = delete;
    slot_sampler& operator=(const slot_sampler&) = delete;

    slot_samples so_far() const;
    /// Ends the thread; idempotent.
    void stop();

private:
    void run();
    void sample();

    const std::string url_;
    const unsigned cap_;
    mutable std::mutex mutex_;
    std::condition_variable ends_;
    bool stopping_ = false;  // guarded by mutex_, as the samples are
    slot_samples seen_;
    std::thread thread_;
};

}  // namespace headroom::fleet
