// runtime/name_resolver.hpp: names to addresses, on a budgeted thread and with a deadline.
//
// The resolvers of libpq, libcurl and Asio block or start threads of their own; all of headroom
// resolves here and hands the numeric address on (`hostaddr`, CURLOPT_RESOLVE).
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/runtime/deadline.hpp"
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
    /// unheard), and budget::refused when too many wait. Nothing is cached: that is the system's.
    task<std::vector<std::string>> resolve(std::string host, deadline by);

private:
    worker_pool& system_;
};

}  // namespace headroom
