#include "headroom/http/client/detail/client_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>

namespace headroom::http {
namespace asio = boost::asio;
namespace {

using clock = deadline::clock;
using namespace std::chrono_literals;

constexpr auto stop_pause_ms = 5ms;
constexpr auto late_ms = 250ms;  // after which we stop believing that libcurl keeps the time

/// libcurl's own start, which nobody may call twice at once.
void begin_curl() {
    static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (begun != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

bool redirects(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Says that the server is there and works, whatever it thinks of the request.
bool is_well(const attempt_outcome& how, std::optional<client_fault> fault) {
    using enum client_fault;
    if (fault) return *fault == too_large || *fault == malformed;
    return how.status && (*how.status < 502 || *how.status > 504);
}

// libcurl tries both kinds at once, each on a socket of its own, if there are units for that.
void put_other_family_first(std::vector<std::string>& addresses) {
    if (addresses.empty()) return;
    const bool six = addresses.front().contains(':');
    std::ranges::rotate(addresses, std::ranges::find_if(addresses, [six](const auto& each) {
        return each.contains(':') != six;
    }));
}

[[noreturn]] void not_allowed(const std::string& where, const std::string& why) {
    throw client_error(client_fault::not_allowed, where, why);
}

struct counted {
    explicit counted(unsigned& what) : of(what) { ++of; }
    ~counted() { --of; }
    unsigned& of;
};

}  // namespace

client::body::body(client_terms terms)
    : terms_(std::move(terms)), names_(*terms_.system),
      turns_(terms_.with.connections_max, terms_.with.per_host_max) {
    begin_curl();
}

client_figures client::body::figures() const {
    auto now = counts_;
    now.under_way = under_way_;
    now.open = static_cast<unsigned>(open());
    for (const auto& [origin, of] : origins_) now.origins[origin] = of->open();
    return now;
}

// ---- a request ----

void client::body::refuse() const {
    auto why = terms_.share.refuse(stopping_ ? budget::refusal_reason::closing
                                             : budget::refusal_reason::queue_full);
    why.waiting = under_way_;
    throw budget::refused(std::move(why));
}

task<client_answer> client::body::send(client_request what, deadline until) {
    const auto self = shared_from_this();
    if (stopping_ || under_way_ >= terms_.with.in_flight_max) {
        ++counts_.shed;
        refuse();
    }
    const counted one(under_way_);
    ++counts_.requests;
    until = until.at_most(terms_.with.exchange_max);
    auto to = parse_web_address(what.url);
    if (!to) not_allowed("request", to.error());
    if (const auto fault = detail::fault_of(what.fields); !fault.empty())
        not_allowed(to->origin(), fault);
    const auto first = to->origin();
    for (unsigned followed = 0;; ++followed) {
        auto answer = co_await ask(what, *to, to->origin() == first, until);
        const bool safe = what.verb == method::get || what.verb == method::head;
        if (!safe || followed >= what.redirects_max || !redirects(answer.status)) co_return answer;
        auto next = follow(*to, answer.field("location"));
        if (answer.field("location").empty() || !next) co_return answer;
        if (to->secure && !next->secure)
            not_allowed(to->origin(), "it redirects to " + next->origin() + ", without TLS");
        to = std::move(next);
    }
}

task<client_answer> client::body::ask(const client_request& what, const web_address& to,
                                      bool authorized, deadline until) {
    backoff pauses(terms_.with.pauses, random_);
    random_.discard(1);
    const bool idempotent = what.idempotent || is_idempotent(what.verb);
    for (unsigned made = 1;; ++made) {
        attempt_outcome how;
        std::optional<client_answer> answer;
        std::exception_ptr failure;
        try {
            answer = co_await attempt(made, what, to, authorized, how, until);
        } catch (const client_error& why) {
            failure = std::current_exception();
            if (why.fault() != client_fault::unreachable && why.fault() != client_fault::broken)
                throw;
        }
        const auto wait = std::max<std::chrono::milliseconds>(
            pauses.next(), how.retry_after.value_or(std::chrono::seconds(0)));
        const bool again = made < terms_.with.attempts_max && !stopping_ &&
                           worth_repeating(how, idempotent) && wait < until.left();
        if (!again && failure) std::rethrow_exception(failure);
        if (!again) co_return *std::move(answer);
        ++counts_.repeated;
        co_await pause(deadline::after(wait));
    }
}

task<void> client::body::pause(deadline until) {
    timer watch(home().get_executor(), until.at());
    boost::system::error_code cut;
    waiting_.insert(&watch);
    co_await watch.async_wait(asio::redirect_error(use_task, cut));
    waiting_.erase(&watch);
    if (cut && !stopping_) throw boost::system::system_error(cut);  // the task was cancelled
}

// ---- an attempt ----

task<client_answer> client::body::attempt(unsigned nth, const client_request& what,
                                          const web_address& to, bool authorized,
                                          attempt_outcome& how, deadline until) {
    const auto origin = to.origin();
    const auto breaking = breaker_of(origin);
    auto permit = permit_of(*breaking, origin);
    const auto began = clock::now();
    ++counts_.attempts;
    std::optional<client_fault> fault;
    std::exception_ptr failure;
    client_answer answer;
    std::optional<detail::turns::turn> turn;
    std::optional<detail::transfer> one;
    bool hurried = until.left() < terms_.with.connect_max;
    try {
        auto by = co_await route(what, to, authorized, until);
        if (nth % 2 == 0) put_other_family_first(by.addresses);
        permit.reset();  // it is our own room that is waited for; others may probe meanwhile
        turn.emplace(co_await turn_for(by, until));
        permit = permit_of(*breaking, origin);
        hurried = until.left() < terms_.with.connect_max;
        one.emplace(sockets(), by);
        answer = co_await exchange(*one, to, until);
        turn->speaks_http2(one->spoke_http2());
        how.sent = true;
        how.status = answer.status;
        how.retry_after = read_retry_after(answer.field("retry-after"));
    } catch (const client_error& why) {
        fault = why.fault();
        how.sent = why.sent();
        failure = std::current_exception();
    }
    if (fault == client_fault::not_allowed || fault == client_fault::unavailable)
        std::rethrow_exception(failure);
    // Neither tells anything of the server: that we had no unit, that a caller gave it no time.
    const bool ours = failure && ((one && one->lacked_units()) ||
                                  (hurried && fault == client_fault::overdue));
    if (permit && !ours) is_well(how, fault) ? permit->succeeded() : permit->failed(clock::now());
    record(what, origin, how, fault, began);
    if (failure) std::rethrow_exception(failure);
    co_return answer;
}

task<detail::turns::turn> client::body::turn_for(const detail::transfer_terms& route,
                                                   deadline until) {
    // What goes over a proxy in the clear shares the proxy's connections.
    const bool shared = route.proxy != nullptr && !route.to.secure;
    const auto origin = (shared ? *route.proxy : route.to).origin();
    timer watch(home().get_executor(), until.at());
    boost::system::error_code cut;
    detail::turns::waiter next(turns_, origin, [&watch] { watch.cancel(); });
    waiting_.insert(&watch);
    if (!next.has_come()) co_await watch.async_wait(asio::redirect_error(use_task, cut));
    waiting_.erase(&watch);
    if (next.has_come()) co_return next.take();
    if (cut && !stopping_) throw boost::system::system_error(cut);  // the task was cancelled
    throw client_error(client_fault::overdue, route.to.origin(), "no connection was free in time");
}

const std::shared_ptr<detail::curl_sockets>& client::body::sockets() {
    if (!sockets_)
        sockets_ = std::make_shared<detail::curl_sockets>(
            home(), terms_.share,
            detail::socket_caps{terms_.with.connections_max, terms_.with.per_host_max},
            [](CURL* of, CURLcode result) { detail::transfer::of(of).end(result); });
    return sockets_;
}

task<detail::transfer_terms> client::body::route(const client_request& what,
                                                 const web_address& to, bool authorized,
                                                 deadline until) {
    detail::transfer_terms made{.with = terms_.with, .what = what, .to = to,
                                .authorized = authorized, .proxy = terms_.by.before(to)};
    if (made.proxy != nullptr) made.proxy_credentials = &terms_.by.credentials_for(*made.proxy);
    made.addresses = co_await resolved(what, to, made.proxy, until);
    co_return made;
}

task<client_answer> client::body::exchange(detail::transfer& one, const web_address& to,
                                           deadline until) {
    timer watch(home().get_executor(), until.at() + late_ms);
    boost::system::error_code ignored;
    one.start(until, [&watch] { watch.cancel(); });
    live_.insert(&one);
    if (!one.has_ended()) co_await watch.async_wait(asio::redirect_error(use_task, ignored));
    live_.erase(&one);
    counts_.connects += one.connects();
    if (one.has_ended()) co_return one.take();
    if (until.passed())
        throw client_error(client_fault::overdue, to.origin(), "no answer in time", one.sent());
    throw boost::system::system_error(asio::error::operation_aborted);
}

task<std::vector<std::string>> client::body::resolved(const client_request& what,
                                                      const web_address& to,
                                                      const web_address* proxy, deadline until) {
    if (proxy != nullptr && what.where == reach::everywhere_else)
        not_allowed(to.origin(), "whether its address is a public one is not known before a proxy");
    const auto& asked = proxy == nullptr ? to : *proxy;
    std::vector<std::string> found;
    try {
        found = co_await names_.resolve(asked.host, until.at_most(terms_.with.connect_max));
    } catch (const resolve_error& why) {
        throw client_error(until.passed() ? client_fault::overdue : client_fault::unreachable,
                           to.origin(), why.what());
    }
    if (what.where == reach::everywhere_else && !std::ranges::all_of(found, is_public_address))
        not_allowed(to.origin(), "its address is not one of the public internet");
    co_return found;
}

std::optional<breaker::permit> client::body::permit_of(breaker& of,
                                                       const std::string& origin) const {
    if (cut_off_) refuse();
    auto asked = of.ask(clock::now());
    if (asked) return *std::move(asked);
    throw client_error(client_fault::unavailable, origin,
                       fmt::format("it did not answer lately; asked again in {} ms",
                                   deadline(asked.error()).left().count()));
}

std::shared_ptr<breaker> client::body::breaker_of(const std::string& origin) {
    const auto known = origins_.find(origin);
    if (known != origins_.end()) return known->second;
    if (origins_.size() >= origins_max)
        std::erase_if(origins_, [](const auto& each) { return each.second.use_count() == 1; });
    random_.discard(1);
    return origins_.emplace(origin, std::make_shared<breaker>(terms_.with.breaking, random_))
        .first->second;
}

void client::body::record(const client_request& what, const std::string& origin,
                          const attempt_outcome& how, std::optional<client_fault> fault,
                          clock::time_point began) const {
    if (!terms_.on_exchange) return;
    terms_.on_exchange({.origin = origin, .verb = what.verb, .status = how.status.value_or(0),
                        .fault = fault,
                        .took = std::chrono::duration_cast<std::chrono::microseconds>(
                            clock::now() - began)});
}

// ---- the end ----

task<void> client::body::stop(deadline until) {
    const auto self = shared_from_this();
    stopping_ = true;
    while (under_way_ > 0 && !until.passed()) co_await sleep_until(deadline::after(stop_pause_ms));
    cut_off_ = true;
    for (auto* each : waiting_) each->cancel();
    for (auto* each : std::set(live_)) each->end(CURLE_ABORTED_BY_CALLBACK);
    while (under_way_ > 0) co_await sleep_until(deadline::after(stop_pause_ms));
    sockets_.reset();
}

}  // namespace headroom::http
