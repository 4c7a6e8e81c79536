// persistence/redis/subscriptions.hpp: published messages, by channel, over one connection.
//
// Over a connection of its own, or riding on the one a mux shares: RESP3 sends messages between
// answers. When it is lost its successor subscribes again to everything before anything else is
// asked there, and every listener is told of the gap: Redis keeps no message for somebody who is
// not there. Whoever needs what he may have missed reads it then.
//
//     auto told = co_await push.subscribe("orders", {[](auto, auto message) { ... },
//                                                    [] { look_again(); }}, until);
//
// Lives on one reactor: every call, and every listener, on that thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/redis/door.hpp"
#include "headroom/persistence/redis/mux.hpp"

namespace headroom::redis {

struct channel_listener {
    /// A message, while the subscription lives. It may end any subscription, this one included.
    std::function<void(std::string_view channel, std::string_view message)> on_message;
    /// Listens again: messages may have been missed. May be empty.
    std::function<void()> on_gap{};
    /// The connection is lost: messages are being missed. May be empty.
    std::function<void()> on_lost{};
};

struct push_terms {
    connection_options options{};
    std::size_t channels_max = 10'000;  ///< one more is refused
    std::chrono::milliseconds connect_ms_max{5000};  ///< one attempt, sentinels included
    std::chrono::milliseconds ping_idle_ms{5000};    ///< of silence, then the server is asked
    std::chrono::milliseconds ping_ms_max{1500};     ///< and how long it has to answer
};

struct push_figures {
    bool connected = false;
    std::size_t channels = 0, listeners = 0;
    std::uint64_t messages = 0, gaps = 0, connects = 0, failures = 0;
    std::string last_error;
};

namespace detail {
struct hearer;
struct push_body;
}  // namespace detail

/// One listener of one channel, for as long as it lives. Move-only; on the reactor's thread.
class [[nodiscard]] subscription {
public:
    subscription() noexcept = default;
    subscription(subscription&& from) noexcept = default;
    subscription& operator=(subscription&& from) noexcept;
    ~subscription() { end(); }

    explicit operator bool() const noexcept { return hears_ != nullptr; }
    /// No message comes any more. The last listener of a channel ends the server's subscription.
    void end() noexcept;

private:
    friend class subscriptions;
    std::shared_ptr<detail::hearer> hears_;
    std::weak_ptr<detail::push_body> of_;
};

class subscriptions {
public:
    /// `share`: as a mux's. The door outlives it.
    subscriptions(reactor& home, budget::grant share, door& through, push_terms with);
    /// Rides on the connection of `shared`, which may have been started, has no other rider, and
    /// goes on when this is stopped. On its reactor. Redis then counts that client as a
    /// subscriber: it hangs up on one to which 32 MiB are owed.
    explicit subscriptions(mux& shared, std::size_t channels_max = push_terms{}.channels_max);
    ~subscriptions();
    subscriptions(const subscriptions&) = delete;
    subscriptions& operator=(const subscriptions&) = delete;

    /// Begins to connect. Once. Nothing for one that rides.
    void start();
    /// As mux::up().
    task<void> up(deadline until);
    task<void> stop(deadline until);

    /// Returns once the server has confirmed: what is published from then on is heard, but for
    /// gaps. Throws server_error (NOPERM), deadline_passed, and budget::refused (channels_max, or
    /// closing).
    task<subscription> subscribe(std::string channel, channel_listener listener, deadline until);

    /// Other pushes, e.g. "invalidate" of CLIENT TRACKING ... REDIRECT client_id(). Before start().
    void on_push(std::function<void(const value&)> listener);
    /// After each connection, also the first: its client_id() is another. Before start().
    void on_connected(std::function<void()> listener);
    /// Of the present connection; 0 while there is none.
    std::int64_t client_id() const noexcept;

    push_figures figures() const;

private:
    const std::shared_ptr<detail::push_body> body_;
};

}  // namespace headroom::redis
