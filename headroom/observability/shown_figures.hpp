// observability/shown_figures.hpp: a snapshot as metrics, each named, explained and read in one
// place.
//
//     shown_figures<server_snapshot> shown(to);
//     shown.measure("http_server_open_connections", "Connections open now.",
//                   &server_snapshot::connections);
//     shown.show(of.snapshot());
#pragma once
#include <functional>
#include <utility>
#include <vector>

#include "headroom/observability/metrics.hpp"

namespace headroom::observability {

/// `Read` is a member of the snapshot, or a function of it: a number. Metrics outlive it. Used by
/// one thread at a time.
template <class Snapshot>
class shown_figures {
public:
    explicit shown_figures(metrics& to) : to_(&to) {}

    /// What goes up and down.
    template <class Read>
    shown_figures& measure(const std::string& name, const std::string& help, Read read) {
        return add([to = to_->measure(name, help), read](const Snapshot& now) mutable {
            to.set(static_cast<double>(std::invoke(read, now)));
        });
    }
    /// What only ever grows.
    template <class Read>
    shown_figures& count(const std::string& name, const std::string& help, Read read,
                         const labels& with = {}) {
        return add([to = to_->count(name, help, with), read](const Snapshot& now) mutable {
            to.grow_to(static_cast<double>(std::invoke(read, now)));
        });
    }

    void show(const Snapshot& now) {
        for (auto& each : all_) each(now);
    }

private:
    shown_figures& add(std::move_only_function<void(const Snapshot&)> shows) {
        all_.push_back(std::move(shows));
        return *this;
    }

    metrics* to_;
    std::vector<std::move_only_function<void(const Snapshot&)>> all_;
};

}  // namespace headroom::observability
