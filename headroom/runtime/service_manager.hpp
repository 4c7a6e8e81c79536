// runtime/service_manager.hpp: tells the service manager that started us where we are in our life.
//
// The protocol of sd_notify(3): one datagram of NAME=VALUE lines to the unix socket that
// $NOTIFY_SOCKET names. With systemd's `Type=notify` a unit has started once READY=1 has come.
#pragma once
#include <string>
#include <string_view>

namespace headroom {

class service_manager {
public:
    /// `socket`: a path, or a name in the abstract namespace after '@'; empty: nobody listens.
    explicit service_manager(std::string socket) : socket_(std::move(socket)) {}
    /// Of $NOTIFY_SOCKET, to be asked before any other thread exists.
    static service_manager of_this_process();

    /// Sends the lines and never waits; false when nobody got them, which is no reason to stop.
    /// Opens a descriptor for the moment (`files_margin`). Thread-safe.
    bool tell(std::string_view lines) const noexcept;

private:
    std::string socket_;
};

}  // namespace headroom
