#include "headroom/persistence/redis/subscriptions.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "headroom/persistence/redis/detail/keeper.hpp"

namespace headroom::redis {
namespace detail {

struct hearer {
    std::string channel;
    channel_listener tell;
    bool hears = true;
};

namespace {

constexpr std::size_t channels_a_command = 256;
constexpr std::chrono::milliseconds unsubscribe_ms_max{1000};

/// "message", channel, payload.
bool is_message(const value& push) {
    return push.size() == 3 && push[0].is() == kind::text && push[0].text() == "message" &&
           push[1].is() == kind::text && push[2].is() == kind::text;
}

}  // namespace

struct push_body : std::enable_shared_from_this<push_body> {
    push_body(reactor& on, std::shared_ptr<keeper> of, push_terms with, bool on_anothers)
        : home(on), terms(std::move(with)), keeping(std::move(of)), rides(on_anothers) {}

    void hook_in();
    /// Of each hearer of each channel.
    void tell_all(const std::function<void(const hearer&)>& how);

    struct channel {
        std::vector<std::shared_ptr<hearer>> hearers;
        const connection* confirmed_on = nullptr;  // compared, never followed
        std::string refused;                       // what the server said instead
    };

    task<void> subscribe_all(connection& fresh);
    task<void> subscribe_to(connection& on, std::vector<std::string> names, deadline until);
    task<void> confirm(std::string name, deadline until);
    void connected(bool again);
    void lost();
    void heard(const value& said);
    void tell(std::string_view name, const std::function<void(const hearer&)>& how);
    void leave(const std::shared_ptr<hearer>& who) noexcept;
    void unsubscribe_later(std::string name);
    void require_room(const std::string& name) const;

    reactor& home;
    const push_terms terms;
    const std::shared_ptr<keeper> keeping;
    const bool rides;
    std::map<std::string, channel, std::less<>> channels;
    std::function<void(const value&)> on_other_push;
    std::function<void()> on_connected;
    std::size_t listeners = 0;
    std::uint64_t messages = 0, gaps = 0;
    bool stopping = false;
};

/// The keeper may outlive this, and have told somebody else before.
void push_body::hook_in() {
    const auto self = weak_from_this();
    keeping->prepare = [self](connection& fresh) -> task<void> {
        if (const auto alive = self.lock()) co_await alive->subscribe_all(fresh);
    };
    keeping->on_push = [self](const value& said) {
        if (const auto alive = self.lock()) alive->heard(said);
    };
    keeping->on_up = [self, first = std::move(keeping->on_up)](bool again) {
        if (first) first(again);
        if (const auto alive = self.lock()) alive->connected(again);
    };
    keeping->on_down = [self, first = std::move(keeping->on_down)](const std::string& why) {
        if (first) first(why);
        if (const auto alive = self.lock()) alive->lost();
    };
}

/// Before a new connection is used: everything again.
task<void> push_body::subscribe_all(connection& fresh) {
    std::vector<std::string> names;
    for (const auto& [name, what] : channels) names.push_back(name);
    const auto until = deadline::after(terms.connect_ms_max);
    for (std::size_t from = 0; from < names.size(); from += channels_a_command) {
        const auto to = std::min(names.size(), from + channels_a_command);
        co_await subscribe_to(fresh, {names.begin() + static_cast<std::ptrdiff_t>(from),
                                      names.begin() + static_cast<std::ptrdiff_t>(to)},
                              until);
    }
}

/// One that the access list forbids costs itself and none of the others.
task<void> push_body::subscribe_to(connection& on, std::vector<std::string> names,
                                   deadline until) {
    command all("SUBSCRIBE");
    for (const auto& each : names) all.add(each);
    const auto said = co_await on.run_unit({&all, 1}, until);
    const bool refused = said.front().is_error();
    if (refused && names.size() > 1) {
        for (const auto& each : names) co_await subscribe_to(on, {each}, until);
        co_return;
    }
    for (const auto& each : names)
        if (const auto at = channels.find(each); at != channels.end()) {
            at->second.confirmed_on = &on;
            at->second.refused = refused ? std::string(said.front().text()) : std::string();
        }
}

/// For a channel that joined while the connection was up, or being prepared.
task<void> push_body::confirm(std::string name, deadline until) {
    while (true) {
        co_await keeping->wait(until);
        if (stopping) require_room(name);
        const auto on = keeping->current();
        const auto at = channels.find(name);
        if (at == channels.end()) co_return;
        if (on && at->second.confirmed_on == on.get()) {
            if (at->second.refused.empty()) co_return;
            throw server_error(at->second.refused, "SUBSCRIBE");
        }
        if (!on) continue;
        try {
            co_await subscribe_to(*on, {name}, until);
        } catch (const connection_lost&) {
            if (until.passed()) throw;
        }
    }
}

void push_body::connected(bool again) {
    if (on_connected) on_connected();
    if (!again) return;
    tell_all([this](const hearer& who) {
        const auto at = channels.find(who.channel);
        if (at == channels.end() || !at->second.refused.empty()) return;
        ++gaps;
        if (who.tell.on_gap) who.tell.on_gap();
    });
}

void push_body::lost() {
    tell_all([](const hearer& who) {
        if (who.tell.on_lost) who.tell.on_lost();
    });
}

void push_body::tell_all(const std::function<void(const hearer&)>& how) {
    std::vector<std::string> names;
    for (const auto& [name, what] : channels) names.push_back(name);
    for (const auto& name : names) tell(name, how);
}

void push_body::heard(const value& said) {
    if (!is_message(said)) {
        if (on_other_push) on_other_push(said);
        return;
    }
    ++messages;
    const auto name = said[1].text(), message = said[2].text();
    tell(name, [&](const hearer& who) { who.tell.on_message(name, message); });
}

/// Listeners may come and go meanwhile.
void push_body::tell(std::string_view name, const std::function<void(const hearer&)>& how) {
    const auto at = channels.find(name);
    if (at == channels.end()) return;
    const auto keep = shared_from_this();
    const auto hearers = at->second.hearers;
    for (const auto& each : hearers)
        if (each->hears) how(*each);
}

void push_body::leave(const std::shared_ptr<hearer>& who) noexcept {
    who->hears = false;
    const auto at = channels.find(who->channel);
    if (at == channels.end()) return;
    listeners -= std::erase(at->second.hearers, who);
    if (!at->second.hearers.empty()) return;
    channels.erase(at);
    if (keeping->current() && !stopping) unsubscribe_later(who->channel);
}

/// Unless somebody listens again by then.
void push_body::unsubscribe_later(std::string name) {
    home.spawn([self = shared_from_this(), name = std::move(name)]() -> task<void> {
        const auto on = self->keeping->current();
        if (!on || self->channels.contains(name)) co_return;
        try {
            (void)co_await on->run(command("UNSUBSCRIBE", name),
                                   deadline::after(unsubscribe_ms_max));
        } catch (const std::exception&) {
            // messages of that channel are nobody's until the next connection
        }
    });
}

void push_body::require_room(const std::string& name) const {
    using reason = budget::refusal_reason;
    const bool full = !channels.contains(name) && channels.size() >= terms.channels_max;
    if (!stopping && !full) return;
    auto why = keeping->refuse(stopping ? reason::closing : reason::queue_full);
    if (full) why.more.line = std::to_string(terms.channels_max) + " channels at most";
    throw budget::refused(std::move(why));
}

}  // namespace detail

// ---- a subscription ----

subscription& subscription::operator=(subscription&& from) noexcept {
    end();
    hears_ = std::move(from.hears_);
    of_ = std::move(from.of_);
    return *this;
}

void subscription::end() noexcept {
    const auto who = std::exchange(hears_, nullptr);
    if (!who) return;
    who->hears = false;
    if (const auto of = of_.lock()) of->leave(who);
}

// ---- subscriptions ----

subscriptions::subscriptions(reactor& home, budget::grant share, door& through, push_terms with)
    : body_(std::make_shared<detail::push_body>(
          home,
          std::make_shared<detail::keeper>(home, std::move(share), through,
                                           detail::keeper_terms{with.options, with.connect_ms_max,
                                                                with.ping_idle_ms,
                                                                with.ping_ms_max}),
          with, false)) {
    body_->hook_in();
}

subscriptions::subscriptions(mux& shared, std::size_t channels_max)
    : body_(std::make_shared<detail::push_body>(
          shared.home(), shared.keeper(), push_terms{.channels_max = channels_max}, true)) {
    BOOST_ASSERT_MSG(!body_->keeping->prepare, "one rides on a shared connection");
    body_->hook_in();
}

subscriptions::~subscriptions() = default;

void subscriptions::start() {
    if (!body_->rides) body_->keeping->start();
}

task<void> subscriptions::up(deadline until) {
    return body_->keeping->connected(until);
}

task<void> subscriptions::stop(deadline until) {
    const auto body = body_;
    body->stopping = true;
    if (!body->rides) co_await body->keeping->stop(until);
}

task<subscription> subscriptions::subscribe(std::string channel, channel_listener listener,
                                            deadline until) {
    const auto body = body_;
    BOOST_ASSERT_MSG(listener.on_message, "a listener hears messages");
    body->require_room(channel);
    subscription made;
    made.hears_ = std::make_shared<detail::hearer>(channel, std::move(listener));
    made.of_ = body;
    body->channels[channel].hearers.push_back(made.hears_);
    ++body->listeners;
    co_await body->confirm(std::move(channel), until);
    co_return made;
}

void subscriptions::on_push(std::function<void(const value&)> listener) {
    body_->on_other_push = std::move(listener);
}

void subscriptions::on_connected(std::function<void()> listener) {
    body_->on_connected = std::move(listener);
}

std::int64_t subscriptions::client_id() const noexcept {
    const auto on = body_->keeping->current();
    return on ? on->client_id() : 0;
}

push_figures subscriptions::figures() const {
    push_figures made;
    made.connected = body_->keeping->current() != nullptr;
    made.channels = body_->channels.size();
    made.listeners = body_->listeners;
    made.messages = body_->messages;
    made.gaps = body_->gaps;
    made.connects = body_->keeping->connects();
    made.failures = body_->keeping->failures();
    made.last_error = body_->keeping->last_error();
    return made;
}

}  // namespace headroom::redis
