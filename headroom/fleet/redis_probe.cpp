#include "headroom/fleet/redis_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "headroom/budget/exit_code.hpp"
#include "headroom/fleet/wire.hpp"
#include "headroom/persistence/redis/command.hpp"
#include "headroom/persistence/redis/error.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::fleet {
namespace {

using persistence::connection_lost;
using redis::command;
using redis::kind;

constexpr redis::parser_bounds answer_bounds{.text_bytes_max = 16 << 20,
                                             .answer_bytes_max = 16 << 20,
                                             .items_max = 100'000,
                                             .depth_max = 8};

constexpr std::array<std::string_view, 5> settings{"maxclients", "maxmemory-policy", "timeout",
                                                   "tcp-keepalive", "min-replicas-to-write"};

/// An error of the server that ends the visit.
class redis_refusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A Redis without TLS takes the handshake for half a command, and waits for the rest.
void shake_hands(wire& through, const redis::connect_info& at, deadline until) {
    try {
        through.start_tls({at.host, at.authorities, at.verify}, until);
    } catch (const persistence::deadline_passed&) {
        throw persistence::deadline_passed("no TLS handshake; has it TLS (else redis://)?");
    }
}

/// What CONFIG said, or why it said nothing.
void keep_settings(redis_facts& of, const redis_facts& before) {
    of.config = before.config;
    for (const auto& each : before.unread)
        if (std::ranges::find(settings, each.name) != settings.end()) of.unread.push_back(each);
}

std::vector<wire_target> targets_of(const redis::connect_info& at, deadline until,
                                    blocking_resolver& names) {
    if (!at.socket.empty()) return {{"", at.socket, 0}};
    const auto known = addresses_without_asking(at.host);
    std::vector<wire_target> all;
    for (const auto& each : known.known ? known.addresses : names.resolve(at.host, until))
        all.push_back({each, "", at.port});
    if (all.empty()) throw connection_lost(at.host + " has no address");
    return all;
}

/// "WRONGPASS ..." may be answered by the operator, a full or loading server by time.
look_failure explain_refusal(const std::string& target, const std::string& said) {
    std::string_view advice = "check user and password of the URL";
    int code = budget::exit_code::refused;
    for (const std::string_view passing : {"ERR max number of clients", "LOADING", "MASTERDOWN"})
        if (said.starts_with(passing)) {
            code = budget::exit_code::unavailable;
            advice = "try again later";
        }
    return {fmt::format("{}: {}; {}", target, said.substr(0, 200), advice), code};
}

}  // namespace

/// Asks one question after the other on one connection.
class redis_eye::visitor {
public:
    explicit visitor(std::unique_ptr<wire> through) : through_(std::move(through)) {}

    redis::value ask(const command& what, deadline until) {
        std::string bytes;
        what.append_to(bytes);
        through_->send(bytes, until);
        while (true) {
            if (auto value = reader_.next()) return std::move(*value);
            reader_.feed(through_->receive(until));
            answered_ = true;
        }
    }

    void sign_in(const redis::connect_info& at, deadline until) {
        if (!at.password.empty()) {
            command auth("AUTH");
            if (!at.user.empty()) auth.add(at.user);
            auth.add(at.password.reveal());
            const auto answer = ask(auth, until);
            if (answer.is_error()) throw redis_refusal(std::string(answer.text()));
        }
        ask(command("CLIENT", "SETNAME", "headroom-audit"), until);
        if (const auto id = ask(command("CLIENT", "ID"), until); id.is() == kind::number)
            id_ = id.number();
        if (const auto who = ask(command("ACL", "WHOAMI"), until); who.is() == kind::text)
            user_ = who.text();
    }

    /// INFO, and who asks.
    redis_facts read_info(deadline until) {
        redis_facts found;
        found.own_id = id_;
        found.own_user = user_;
        const auto info = ask(command("INFO"), until);
        if (info.is_error() && !info.text().starts_with("NOPERM"))
            throw redis_refusal(std::string(info.text()));
        if (info.is() == kind::text)
            found.info = parse_redis_info_text(info.text());
        else
            found.unread.push_back({"INFO", std::string(info.text())});
        return found;
    }

    void read_settings(redis_facts& into, deadline until) {
        for (const auto name : settings) {
            const auto answer = ask(command("CONFIG", "GET", name), until);
            if (answer.is() == kind::list && answer.size() == 2)
                into.config.emplace(answer[0].text(), answer[1].text());
            else
                into.unread.push_back({std::string(name), answer.is_error()
                                                              ? std::string(answer.text())
                                                              : "the server does not know it"});
        }
    }

    void read_clients(redis_facts& into, deadline until) {
        const auto connected = into.number("connected_clients").value_or(0);
        if (connected > redis_clients_max) {
            into.unread.push_back({"CLIENT LIST", fmt::format("{} clients, at most {} are listed",
                                                              connected, redis_clients_max)});
            return;
        }
        const auto answer = ask(command("CLIENT", "LIST"), until);
        into.clients_read = answer.is() == kind::text;
        if (into.clients_read)
            into.clients = parse_client_list(answer.text());
        else
            into.unread.push_back({"CLIENT LIST", answer.is_error() ? std::string(answer.text())
                                                                    : "no text came"});
    }

    /// False while not a byte has come.
    bool answered() const { return answered_; }
    std::unique_ptr<wire> release() { return std::move(through_); }

private:
    std::unique_ptr<wire> through_;
    redis::parser reader_{answer_bounds};
    std::int64_t id_ = 0;
    std::string user_;
    bool answered_ = false;
};

redis_eye::redis_eye(redis::connect_info at, blocking_resolver& names,
                     std::chrono::milliseconds goodbye)
    : at_(std::move(at)), names_(names), goodbye_(goodbye) {}

redis_eye::~redis_eye() { leave(); }

void redis_eye::give_up() noexcept {
    closing_ = on_->release();
    on_.reset();
    closing_->begin_close();
}

void redis_eye::open_at(const wire_target& to, deadline until) {
    auto unit = share_.take();
    if (!unit) throw budget::refused(std::move(unit.error()));
    auto through = std::make_unique<wire>(std::move(*unit), to, until);
    if (at_.tls) shake_hands(*through, at_, until);
    on_ = std::make_unique<visitor>(std::move(through));
}

/// Each address once, until one answers; one that keeps silent leaves the others their share.
void redis_eye::open(deadline until) {
    BOOST_ASSERT_MSG(gone(), "the end of a connection is known before the next is opened");
    const auto targets = targets_of(at_, until, names_);
    for (std::size_t i = 0; !on_; ++i) {
        const auto left = static_cast<std::int64_t>(targets.size() - i);
        try {
            open_at(targets[i], until.at_most(until.left() / left));
        } catch (const std::exception&) {
            if (left == 1) throw;
        }
    }
}

template <class Ask>
auto redis_eye::with_visitor(deadline until, Ask ask) {
    const bool fresh = !on_;
    if (fresh) open(until);
    try {
        if (fresh) on_->sign_in(at_, until);
        return ask(*on_);
    } catch (const connection_lost& lost) {
        const bool silent = !at_.tls && !on_->answered();
        give_up();
        if (!silent) throw;
        throw connection_lost(std::string(lost.what()) + "; does it ask for TLS (rediss://)?");
    } catch (...) {
        give_up();
        throw;
    }
}

redis_facts redis_eye::look(const facts* before, deadline until) {
    return with_visitor(until, [&](visitor& on) {
        auto found = on.read_info(until);
        if (before == nullptr)
            on.read_settings(found, until);
        else
            keep_settings(found, *before);
        on.read_clients(found, until);
        return found;
    });
}

std::optional<client_count> redis_eye::count(deadline until) {
    const auto found = with_visitor(until, [&](visitor& on) { return on.read_info(until); });
    const auto clients = found.clients_held(), all = found.held();
    if (!clients || !all) return {};
    return client_count{*clients, *all};
}

bool redis_eye::gone() {
    if (closing_ && closing_->ended()) closing_.reset();
    return !closing_;
}

void redis_eye::leave() {
    if (on_) give_up();
    if (closing_) closing_->close(deadline::after(goodbye_));
    closing_.reset();
}

look_failure redis_eye::explain(const std::exception_ptr& failed) const {
    const auto target = at_.describe();
    try {
        std::rethrow_exception(failed);
    } catch (const redis_refusal& refused) {
        return explain_refusal(target, refused.what());
    } catch (const redis::protocol_error& broken) {
        return {fmt::format("{}: {}; is it a Redis, and without TLS (else rediss://)?", target,
                            broken.what()),
                budget::exit_code::refused};
    } catch (...) {
        auto why = persistence::explain(failed, target);
        return {std::move(why.line), why.exit_code};
    }
}

}  // namespace headroom::fleet
