// runtime/name_resolver.hpp: names to addresses, on a budgeted thread and with a deadline.
//
// The resolvers of libpq, libcurl and Asio block or start threads of their own; all of headroom
// resolves here and hands the numeric address on (`hostaddr`, CURLOPT_RESOLVE).
#pragma once
#include <future>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/leased_thread.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom {

class worker_pool;

/// A name without addresses, or no answer in time.
class resolve_error : public std::runtime_error {
public:
    resolve_error(const std::string& host, const std::string& why)
        : std::runtime_error("cannot resolve \"" + host + "\": " + why) {}
};

/// What `host` means when nobody needs to be asked: itself when it is a numeric address, both
/// loopback addresses for "localhost" (RFC 6761), nothing for the path of a socket ("/...",
/// "@..."), and none for any other name.
struct known_addresses {
    bool known = false;
    std::vector<std::string> addresses;
};
known_addresses addresses_without_asking(std::string_view host);

class name_resolver {
public:
    static constexpr std::size_t host_length_max = 253;  ///< of a name (RFC 1035)
    static constexpr std::size_t addresses_max = 16;     ///< of one name; the rest is dropped

    /// `system` outlives the resolver. Look-ups wait in its queue, which bounds them.
    explicit name_resolver(worker_pool& system) : system_(system) {}

    /// Numeric addresses in the system's order of preference; empty for the path of a socket.
    /// Throws resolve_error, also when `by` passes first (the look-up then ends on its thread,
    /// unheard), and budget::refused when too many wait. A look-up that has not begun when its
    /// caller leaves is skipped. Nothing is cached: that is the system's.
    task<std::vector<std::string>> resolve(std::string host, deadline by);

private:
    worker_pool& system_;
};

/// The same for a command, which has no pool: each look-up blocks a leased thread of its own. One
/// that hangs in the system's resolver keeps its thread and its unit; the command's `main` owns
/// this, asks hanging() last, and then ends the process without the wait that the destructor is.
/// Thread-safe.
class blocking_resolver {
public:
    static constexpr unsigned look_ups_max = 32;  ///< at once, hanging ones included

    ~blocking_resolver() = default;  // waits for what still hangs

    /// As name_resolver::resolve, but blocks the caller, until `by` at most. Throws resolve_error,
    /// and budget::refused when look_ups_max of them hang.
    std::vector<std::string> resolve(const std::string& host, deadline by);

    /// True while a look-up that nobody waits for any more has not ended.
    bool hanging();

private:
    struct asked {
        std::future<std::vector<std::string>> answer;  ///< or resolve_error
        leased_thread thread;
    };
    budget::lease unit_for_a_look_up();
    void forget_ended();

    std::mutex mutex_;  // of open_
    budget::ledger threads_{"threads", look_ups_max};
    budget::grant share_ = threads_.open({"runtime.look_ups", look_ups_max, 0}).value();
    std::list<asked> open_;
};

}  // namespace headroom
