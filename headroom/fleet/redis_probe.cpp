#include "headroom/fleet/redis_probe.hpp"

#include <fmt/format.h>

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

constexpr std::chrono::milliseconds goodbye_ms_max{500};
constexpr std::array<std::string_view, 4> settings{"maxclients", "maxmemory-policy", "timeout",
                                                   "tcp-keepalive"};

/// An error of the server that ends the visit.
class redis_refusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Asks one question after the other on one connection.
class redis_visitor {
public:
    redis_visitor(wire& through, deadline until) : through_(through), until_(until) {}

    redis::value ask(const command& what) {
        std::string bytes;
        what.append_to(bytes);
        through_.send(bytes, until_);
        while (true) {
            if (auto value = reader_.next()) return std::move(*value);
            reader_.feed(through_.receive(until_));
            answered_ = true;
        }
    }
    /// A text; an error is a fact that could not be read, and why.
    std::optional<std::string> text(redis_facts& into, const std::string& name,
                                    const command& what) {
        const auto answer = ask(what);
        if (answer.is() == kind::text) return std::string(answer.text());
        into.unread.push_back(
            {name, answer.is_error() ? std::string(answer.text()) : "no text came"});
        return {};
    }

    /// False while not a byte has come.
    bool answered() const { return answered_; }

private:
    wire& through_;
    const deadline until_;
    redis::parser reader_{answer_bounds};
    bool answered_ = false;
};

void sign_in(redis_visitor& on, const redis::connect_info& at) {
    if (at.password.empty()) return;
    command auth("AUTH");
    if (!at.user.empty()) auth.add(at.user);
    auth.add(at.password.reveal());
    const auto answer = on.ask(auth);
    if (answer.is_error()) throw redis_refusal(std::string(answer.text()));
}

void read_settings(redis_visitor& on, redis_facts& into) {
    for (const auto name : settings) {
        const auto answer = on.ask(command("CONFIG", "GET", name));
        if (answer.is() == kind::list && answer.size() == 2)
            into.config.emplace(answer[0].text(), answer[1].text());
        else
            into.unread.push_back({std::string(name), answer.is_error()
                                                          ? std::string(answer.text())
                                                          : "the server does not know it"});
    }
}

void read_clients(redis_visitor& on, redis_facts& into) {
    const auto connected = into.number("connected_clients").value_or(0);
    if (connected > redis_clients_max) {
        into.unread.push_back({"CLIENT LIST", fmt::format("{} clients, at most {} are listed",
                                                          connected, redis_clients_max)});
        return;
    }
    if (const auto text = on.text(into, "CLIENT LIST", command("CLIENT", "LIST"))) {
        into.clients = parse_client_list(*text);
        into.clients_read = true;
    }
}

redis_facts read_facts(redis_visitor& on) {
    redis_facts found;
    const auto info = on.ask(command("INFO"));
    if (info.is_error() && !info.text().starts_with("NOPERM"))
        throw redis_refusal(std::string(info.text()));
    if (info.is() == kind::text)
        found.info = parse_redis_info_text(info.text());
    else
        found.unread.push_back({"INFO", std::string(info.text())});
    on.ask(command("CLIENT", "SETNAME", "headroom-audit"));
    if (const auto id = on.ask(command("CLIENT", "ID")); id.is() == kind::number)
        found.own_id = id.number();
    if (const auto who = on.ask(command("ACL", "WHOAMI")); who.is() == kind::text)
        found.own_user = who.text();
    read_settings(on, found);
    read_clients(on, found);
    return found;
}

/// A Redis without TLS takes the handshake for half a command, and waits for the rest.
void shake_hands(wire& through, const redis::connect_info& at, deadline until) {
    try {
        through.start_tls({at.host, at.authorities, at.verify}, until);
    } catch (const persistence::deadline_passed&) {
        throw persistence::deadline_passed("no TLS handshake; has it TLS (else redis://)?");
    }
}

redis_facts visit_at(const redis::connect_info& at, const wire_target& to, budget::grant& share,
                     deadline until, bool& open) {
    auto unit = share.take();
    if (!unit) throw budget::refused(std::move(unit.error()));
    wire through(std::move(*unit), to, until);
    if (at.tls) shake_hands(through, at, until);
    redis_visitor on(through, until);
    open = true;
    try {
        sign_in(on, at);
        auto found = read_facts(on);
        through.close(until.at_most(goodbye_ms_max));
        return found;
    } catch (const connection_lost& lost) {
        if (at.tls || on.answered()) throw;
        throw connection_lost(std::string(lost.what()) + "; does it ask for TLS (rediss://)?");
    }
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

/// Each address once, until one answers; one that keeps silent leaves the others their share.
redis_facts visit(const redis::connect_info& at, deadline until, blocking_resolver& names) {
    budget::ledger ledger("redis", 1);
    auto share = ledger.open({"fleet.audit", 1, 0}).value();
    const auto targets = targets_of(at, until, names);
    for (std::size_t i = 0;; ++i) {
        const auto left = static_cast<std::int64_t>(targets.size() - i);
        bool open = false;
        try {
            return visit_at(at, targets[i], share, until.at_most(until.left() / left), open);
        } catch (const std::exception&) {
            if (open || left == 1) throw;
        }
    }
}

/// "WRONGPASS ..." may be answered by the operator, a full or loading server by time.
void explain(redis_outcome& into, const std::string& said) {
    std::string_view advice = "check user and password of the URL";
    into.exit_code = budget::exit_code::refused;
    for (const std::string_view passing : {"ERR max number of clients", "LOADING", "MASTERDOWN"})
        if (said.starts_with(passing)) {
            into.exit_code = budget::exit_code::unavailable;
            advice = "try again later";
        }
    into.error = fmt::format("{}: {}; {}", into.target, said.substr(0, 200), advice);
}

}  // namespace

redis_outcome audit_redis(const redis::connect_info& at, redis_terms terms, deadline until,
                          blocking_resolver& names) {
    redis_outcome outcome;
    outcome.target = terms.target = at.describe();
    try {
        outcome.audit = analyse(visit(at, until, names), terms);
    } catch (const redis_refusal& refused) {
        explain(outcome, refused.what());
    } catch (const redis::protocol_error& broken) {
        outcome.exit_code = budget::exit_code::refused;
        outcome.error = fmt::format("{}: {}; is it a Redis, and without TLS (else rediss://)?",
                                    outcome.target, broken.what());
    } catch (...) {
        auto why = persistence::explain(std::current_exception(), outcome.target);
        outcome.error = std::move(why.line);
        outcome.exit_code = why.exit_code;
    }
    return outcome;
}

}  // namespace headroom::fleet
