// tests/fleet/cable.hpp: another host, as a network namespace at the end of a cable.
#pragma once
#include <string>
#include <vector>

namespace headroom::fleet {

/// A namespace joined to ours by a pair of virtual interfaces. Both are gone with it. Needs root
/// and CAP_NET_ADMIN; throws std::runtime_error with the system's words when something is refused.
class cable {
public:
    cable();
    ~cable();
    cable(const cable&) = delete;
    cable& operator=(const cable&) = delete;

    /// Which right we lack to make one; empty when we can. Throws when it fails for another reason.
    static std::string refusal();

    /// Of our end, e.g. for a server to listen on.
    const std::string& address() const noexcept { return ours_; }
    const std::string& network() const noexcept { return network_; }  ///< "10.231.7.0/30"

    /// A program's arguments, run on the other host.
    std::vector<std::string> there(std::vector<std::string> arguments) const;

    void cut();  ///< at the other host's end: no packet passes and nobody is told
    void mend();

private:
    const std::string host_, ours_end_, their_end_, network_, ours_, theirs_;
};

}  // namespace headroom::fleet
