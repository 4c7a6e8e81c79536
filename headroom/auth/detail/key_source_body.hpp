// auth/detail/key_source_body.hpp: the part of a key source that lives as long as its loop.
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <list>
#include <mutex>

#include "headroom/auth/key_source.hpp"

namespace headroom::auth {

struct key_source::body : std::enable_shared_from_this<key_source::body> {
    using clock = deadline::clock;
    using timer = boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>,
                                                    executor>;

    body(reactor& on, http::client& over, key_source_terms with);

    task<looked> look_again(deadline until);
    /// Fetches when it is due, until it is stopped.
    task<void> loop();

    reactor& home;
    http::client& client;
    const key_source_terms terms;
    key_refresh state;
    timer pause;  // of the loop
    bool stopping = false, looping = false, fetching = false;

    mutable std::mutex mutex;
    // guarded by mutex
    std::shared_ptr<const key_set> set;
    clock::time_point good_until{};
    key_source_figures shown;

private:
    struct fetched_keys {
        std::optional<key_set> keys;  // none: they are as they were
        std::optional<std::chrono::seconds> max_age;
    };

    /// Among those who wait, for as long as it lives.
    struct enlisted {
        enlisted(std::list<timer*>& in, timer& one) : of(in), at(in.insert(in.end(), &one)) {}
        ~enlisted() { of.erase(at); }
        std::list<timer*>& of;
        const std::list<timer*>::iterator at;
    };

    /// Never throws.
    task<void> fetch();
    task<fetched_keys> ask(deadline until);
    /// Learns where the keys stand, when that is not known or was learned long ago.
    task<void> discover(deadline until);
    task<std::string> find_keys_url(deadline until);
    task<http::client_answer> get(std::string url, const std::string& tag, deadline until);
    task<bool> wait_for_the_fetch(deadline until);
    void keep(fetched_keys got);
    void show(const std::string& failure);

    std::string keys_url_, tag_, told_;  // where the keys stand, and the entity tag they had
    clock::time_point discover_again_{};
    std::list<timer*> waiting_;
};

}  // namespace headroom::auth
