// eventsourcing/feed_fixture.hpp: a process with a feed on a private server, for its tests.
#pragma once
#include "headroom/eventsourcing/feed.hpp"
#include "headroom/eventsourcing/store_fixture.hpp"

namespace headroom::eventsourcing {

/// A store's process with its control connection and a feed. `url` may lead through a fault proxy;
/// `control_url`, if any, is control's own way.
class feed_process : public store_process {
public:
    explicit feed_process(const std::string& url, const feed_bounds& bounds = {},
                          const std::string& control_url = {})
        : store_process(url),
          way_(persistence::parse_connect_info(control_url.empty() ? url : control_url).value()),
          control_(home(), book().take("persistence.control").value(),
                   {&way_, "test/serve/00000001/persistence.control", {}}) {
        run([this] { return control_.open(soon()); });
        feed_.emplace(database(), control_, book(), bounds);
    }
    ~feed_process() {
        feed_.reset();
        run([this] { return control_.stop(soon()); });
    }

    eventsourcing::feed& feed() { return *feed_; }
    persistence::control& control() { return control_; }
    void start() {
        store().start(soon());
        feed().start(soon());
    }

private:
    persistence::door way_;
    persistence::control control_;
    std::optional<eventsourcing::feed> feed_;
};

/// Everything a reader sees from `after` on, until `count` events came or ten seconds have passed.
inline task<std::vector<log_position>> follow(feed& from, log_position after, std::size_t count,
                                              std::size_t at_once = 100) {
    std::vector<log_position> seen;
    const auto until = deadline::after(std::chrono::seconds(10));
    while (seen.size() < count && !until.passed()) {
        const auto page = co_await from.next(after, at_once, until);
        for (const auto& each : page.events()) seen.push_back(each.position);
        after = page.through();
    }
    co_return seen;
}

}  // namespace headroom::eventsourcing
