#include "headroom/runtime/name_resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <optional>

#include "headroom/runtime/worker_pool.hpp"

namespace headroom {
namespace asio = boost::asio;
namespace {

using timer = asio::basic_waitable_timer<deadline::clock, asio::wait_traits<deadline::clock>,
                                         executor>;

using names = std::vector<std::string>;

struct answer {
    std::vector<std::string> addresses;
    std::string problem;
};

bool is_numeric(const std::string& host) {
    in6_addr parsed;
    return inet_pton(AF_INET, host.c_str(), &parsed) == 1 ||
           inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &parsed) == 1;
}

std::string numeric(const addrinfo& of) {
    char text[NI_MAXHOST];
    return getnameinfo(of.ai_addr, of.ai_addrlen, text, sizeof text, nullptr, 0,
                       NI_NUMERICHOST) == 0
               ? text
               : std::string();
}

// Blocks for as long as the system's resolver does.
answer look_up(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &found); failed != 0)
        return {{}, gai_strerror(failed)};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, freeaddrinfo);
    answer got;
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        auto text = numeric(*each);
        if (text.empty() || got.addresses.size() == name_resolver::addresses_max) continue;
        if (std::ranges::find(got.addresses, text) == got.addresses.end())
            got.addresses.push_back(std::move(text));
    }
    if (got.addresses.empty()) got.problem = "it has no address";
    return got;
}

// Of a task that waits; its look-up knows by it whether anybody still does.
struct inquiry {
    inquiry(const executor& home, deadline by) : give_up(home, by.at()) {}
    timer give_up;
    std::optional<answer> got;
};

void refuse_what_is_no_name(const std::string& host) {
    if (host.size() > name_resolver::host_length_max || host.find('\0') != std::string::npos)
        throw resolve_error(host.substr(0, 32) + "...", "it is not a name");
}

std::vector<std::string> addresses_of(const std::string& host, answer got) {
    if (!got.problem.empty()) throw resolve_error(host, got.problem);
    return std::move(got.addresses);
}

bool has_ended(const std::future<names>& answer) {
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

known_addresses addresses_without_asking(std::string_view host) {
    if (host.empty() || host.starts_with('/') || host.starts_with('@')) return {true, {}};
    if (is_numeric(std::string(host))) return {true, {std::string(host)}};
    if (host == "localhost") return {true, {"127.0.0.1", "::1"}};
    return {};
}

task<std::vector<std::string>> name_resolver::resolve(std::string host, deadline by) {
    auto known = addresses_without_asking(host);
    if (known.known) co_return std::move(known.addresses);
    refuse_what_is_no_name(host);
    auto home = co_await asio::this_coro::executor;
    const auto own = std::make_shared<inquiry>(home, by);
    auto posted = system_.post([waiting = std::weak_ptr(own), home, host, by] {
        // Who has gone meanwhile is not asked for: others wait for this thread.
        if (waiting.expired() || by.passed()) return;
        asio::post(home, [waiting, got = look_up(host)]() mutable {
            const auto still = waiting.lock();
            if (!still) return;
            still->got = std::move(got);
            still->give_up.cancel();
        });
    });
    if (!posted) throw budget::refused(std::move(posted.error()));
    boost::system::error_code cut;
    co_await own->give_up.async_wait(asio::redirect_error(use_task, cut));
    if (!own->got && cut) throw boost::system::system_error(cut);  // the task was cancelled
    if (!own->got) throw resolve_error(host, "no answer in time");
    co_return addresses_of(host, std::move(*own->got));
}

std::vector<std::string> blocking_resolver::resolve(const std::string& host, deadline by) {
    auto known = addresses_without_asking(host);
    if (known.known) return std::move(known.addresses);
    refuse_what_is_no_name(host);
    auto unit = unit_for_a_look_up();
    std::packaged_task<names()> ask([host] { return addresses_of(host, look_up(host)); });
    auto answer = ask.get_future();
    leased_thread thread(std::move(unit), "look-up", std::move(ask));
    if (answer.wait_until(by.at()) == std::future_status::ready) return answer.get();
    const std::scoped_lock lock(mutex_);
    open_.emplace_back(std::move(answer), std::move(thread));
    throw resolve_error(host, "no answer in time");
}

/// What has ended meanwhile gives its unit back first.
budget::lease blocking_resolver::unit_for_a_look_up() {
    {
        const std::scoped_lock lock(mutex_);
        forget_ended();
    }
    auto unit = share_.take();
    if (!unit) throw budget::refused(std::move(unit.error()));
    return std::move(*unit);
}

void blocking_resolver::forget_ended() {
    std::erase_if(open_, [](const asked& each) { return has_ended(each.answer); });
}

bool blocking_resolver::hanging() {
    const std::scoped_lock lock(mutex_);
    forget_ended();
    return !open_.empty();
}

}  // namespace headroom
