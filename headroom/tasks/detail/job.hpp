// tasks/detail/job.hpp: one delivery on its way through a worker.
//
// The pump (the connection's reactor) makes it, hands it to the stage (the handlers' reactor) and
// gets it back with what has become of it. In between each side touches only its own part; what
// both touch is atomic.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "headroom/tasks/detail/dead_reason.hpp"
#include "headroom/tasks/detail/flight_table.hpp"
#include "headroom/tasks/detail/turnstile.hpp"
#include "headroom/tasks/wire/task_message.hpp"

namespace headroom::tasks::detail {

/// What has become of a job.
struct ending {
    enum class how {
        done,      ///< acknowledge it, with its result if there is one
        again,     ///< send `data` again, later
        dead,      ///< into the dead letters
        returned,  ///< to whoever else may take it
        left,      ///< nobody acknowledged it: it comes again after a lease
        put_off,   ///< by a limit: the server has done with this delivery
    };
    how is = how::done;
    std::string result;  ///< as it is stored; empty: none
    std::string data;    ///< of `again`
    std::chrono::milliseconds after{0};
    std::string reason, note;  ///< of `dead`
    bool failed = false;       ///< of `done`: its result is an error
    std::chrono::nanoseconds took{0};  ///< of its handler
    bool counts = false;       ///< of `returned`: this delivery is one of those it may have
    bool quiet = false;        ///< of `returned`: nobody is told to look at once
};

struct job : flight, std::enable_shared_from_this<job> {
    // The pump's, before and after the stage has it.
    std::string queue_name;
    std::string data;        ///< the message as it came
    std::string wake;        ///< channel on which its result is awaited, or empty
    std::string dedup;       ///< key that its end frees, or empty
    std::string doomed, doom_note;  ///< a dead_reason known before it was looked into
    bool acknowledged = false;      ///< already, while it ran
    bool has_ended = false;         ///< came back from the stage

    // Both sides'.
    std::stop_source stopping;
    std::atomic<bool> lost{false};  ///< another worker has it

    // The stage's, until it is handed back.
    task_message message;
    arrival at_gates;      ///< with its gates, if it has any
    bool entered = false;  ///< them, and so it has to leave
    ending ends;
    bool cancelled = false;
    bool released = false;  ///< its handler, or its label, said that it is acknowledged already
};

using job_ptr = std::shared_ptr<job>;

}  // namespace headroom::tasks::detail
