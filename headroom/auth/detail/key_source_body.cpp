#include "headroom/auth/detail/key_source_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>

#include "headroom/auth/provider_metadata.hpp"
#include "headroom/http/client/retry.hpp"
#include "headroom/http/fields.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view max_age_directive = "max-age=";
constexpr auto turn_max = 1s;  // the loop looks at itself: keys become stale, and spent

/// Of a Cache-Control; nothing for "no-store" and its like: then our own time counts.
std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control) {
    std::optional<std::chrono::seconds> found;
    http::for_each_element(cache_control, [&](std::string_view each) {
        if (!std::ranges::equal(each.substr(0, max_age_directive.size()), max_age_directive,
                                [](char a, char b) { return (a | 0x20) == (b | 0x20); }))
            return;
        each.remove_prefix(max_age_directive.size());
        found = http::read_delta_seconds(each);
    });
    return found;
}

}  // namespace

key_source::body::body(reactor& on, http::client& over, key_source_terms with)
    : home(on), client(over), terms(std::move(with)),
      state(terms.within, std::minstd_rand(std::random_device{}())), pause(on.get_executor()),
      keys_url_(terms.keys_url) {}

// ---- who waits ----

task<key_source::looked> key_source::body::look_again(deadline until) {
    const auto self = shared_from_this();
    switch (state.ask(false, false, clock::now())) {
        case key_refresh::act::answer: co_return looked::again;
        case key_refresh::act::unavailable: co_return looked::unavailable;
        case key_refresh::act::fetch:
            if (stopping) co_return looked::unavailable;
            state.begun();
            fetching = true;
            home.spawn([self]() -> task<void> { co_await self->fetch(); });
            break;
        case key_refresh::act::wait: break;
    }
    if (!co_await wait_for_the_fetch(until)) co_return looked::unavailable;
    const bool may_say = state.ask(false, true, clock::now()) == key_refresh::act::answer;
    co_return may_say ? looked::again : looked::unavailable;
}

/// False when the deadline came first.
task<bool> key_source::body::wait_for_the_fetch(deadline until) {
    timer mine(home.get_executor(), until.at());
    const enlisted here(waiting_, mine);
    boost::system::error_code ended;
    co_await mine.async_wait(boost::asio::redirect_error(use_task, ended));
    co_return ended == boost::asio::error::operation_aborted && !until.passed();
}

task<void> key_source::body::loop() {
    const auto self = shared_from_this();
    while (!stopping) {
        if (state.due(clock::now())) {
            state.begun();
            co_await fetch();
        }
        if (stopping) break;
        const auto due = state.due_at().value_or(clock::now() + turn_max);
        pause.expires_at(std::min(due, clock::now() + turn_max));
        boost::system::error_code ignored;
        co_await pause.async_wait(boost::asio::redirect_error(use_task, ignored));
        const std::scoped_lock lock(mutex);
        shown.is = state.is(clock::now());
    }
    looping = false;
}

// ---- a fetch ----

task<void> key_source::body::fetch() {
    const auto self = shared_from_this();
    fetching = true;
    std::string failure;
    try {
        auto got = co_await ask(deadline::after(terms.fetch_max));
        state.fetched(got.max_age, clock::now());
        keep(std::move(got));
    } catch (const std::exception& why) {
        failure = fmt::format("the keys of {} were not fetched: {}", terms.issuer, why.what());
        state.failed(clock::now());
        discover_again_ = {};  // it may have moved
    }
    show(failure);
    for (auto* each : waiting_) each->cancel();
    pause.cancel();  // when the next is due has changed
    fetching = false;
}

task<key_source::body::fetched_keys> key_source::body::ask(deadline until) {
    co_await discover(until);
    const bool have = [this] {
        const std::scoped_lock lock(mutex);
        return set != nullptr;
    }();
    const auto answer = co_await get(keys_url_, have ? tag_ : "", until);
    fetched_keys made;
    made.max_age = max_age_of(answer.field("cache-control"));
    if (answer.status == 304 && have) co_return made;
    if (answer.status != 200)
        throw std::runtime_error(fmt::format("its key set was answered with {}", answer.status));
    made.keys = key_set::parse(answer.body, key_origin::remote);
    if (!made.keys) throw std::runtime_error("its key set is none");
    if (made.keys->keys().empty())
        throw std::runtime_error("its key set has no key that can be used");
    tag_ = answer.field("etag");
    co_return made;
}

task<void> key_source::body::discover(deadline until) {
    const bool known = !keys_url_.empty();
    if (known && (!terms.keys_url.empty() || clock::now() < discover_again_)) co_return;
    discover_again_ = clock::now() + terms.discover_every;
    try {
        auto url = co_await find_keys_url(known ? until.at_most(terms.fetch_max / 2) : until);
        if (url != keys_url_) tag_.clear();
        keys_url_ = std::move(url);
    } catch (const std::exception&) {
        if (!known) throw;
    }
}

task<std::string> key_source::body::find_keys_url(deadline until) {
    const auto answer = co_await get(metadata_url(terms.issuer), "", until);
    if (answer.status != 200)
        throw std::runtime_error(fmt::format("its metadata were answered with {}", answer.status));
    auto read = read_metadata(answer.body, terms.issuer, terms.loopback);
    if (!read) throw std::runtime_error(read.error());
    co_return std::move(read->keys_url);
}

task<http::client_answer> key_source::body::get(std::string url, const std::string& tag,
                                                deadline until) {
    http::client_request what{.url = std::move(url)};
    what.body_bytes_max = key_set_bytes_max;
    what.fields.push_back({"Accept", "application/json"});
    if (!tag.empty()) what.fields.push_back({"If-None-Match", tag});
    return client.send(std::move(what), until);
}

// ---- what is known then ----

void key_source::body::keep(fetched_keys got) {
    const std::scoped_lock lock(mutex);
    if (got.keys) set = std::make_shared<const key_set>(*std::move(got.keys));
    good_until = state.spent_at();
    shown.keys = set->keys().size();
    shown.refused = set->refused();
}

void key_source::body::show(const std::string& failure) {
    {
        const std::scoped_lock lock(mutex);
        ++shown.fetches;
        shown.failures += failure.empty() ? 0 : 1;
        shown.is = state.is(clock::now());
        shown.failing = state.failing();
        shown.last_error = failure;
    }
    if (std::exchange(told_, failure) != failure && terms.tell)
        terms.tell(failure.empty() ? "the keys of " + terms.issuer + " are there" : failure);
}

}  // namespace headroom::auth
