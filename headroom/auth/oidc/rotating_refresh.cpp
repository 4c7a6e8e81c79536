#include "headroom/auth/oidc/rotating_refresh.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/assert.hpp>
#include <map>

#include "headroom/auth/authenticator.hpp"
#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/sha256.hpp"
#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/auth/oidc/detail/exchange.hpp"
#include "headroom/auth/oidc/detail/rotation_turns.hpp"
#include "headroom/auth/oidc/detail/shared_flight.hpp"
#include "headroom/auth/oidc/detail/token_record.hpp"
#include "headroom/auth/random_text.hpp"
#include "headroom/persistence/redis/error.hpp"
#include "headroom/runtime/attempted.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::auth {
namespace {

constexpr std::chrono::milliseconds rotation_stop_look_ms{5};

oidc_failure sign_in_again(std::string why) {
    return {.why = oidc_fault::grant_refused, .detail = std::move(why)};
}

oidc_failure process_stops(bool may_have_acted) {
    return {.may_have_acted = may_have_acted, .detail = "the process stops"};
}

}  // namespace

struct rotating_refresh::body : std::enable_shared_from_this<rotating_refresh::body> {
    using outcome = oidc_result<token_set>;
    using flight = detail::shared_flight<outcome>;
    using turn_kind = detail::turn_answer::kind;
    using timer = boost::asio::basic_waitable_timer<
        deadline::clock, boost::asio::wait_traits<deadline::clock>, executor>;

    body(token_client& of, redis::mux& shared, rotation_terms with)
        : by(of), terms(std::move(with)), seal(terms.sealing, "refresh"), turns(shared, terms),
          cut(of.home().get_executor(), timer::time_point::max()) {}

    task<outcome> refresh(secret spent, deadline until) {
        const auto self = shared_from_this();
        ++counts.asked;
        if (stopping) co_return std::unexpected(process_stops(false));
        const auto name = detail::sha256(spent.reveal());
        if (flights.size() >= terms.runs_max && !flights.contains(name))
            co_return std::unexpected(oidc_failure{.detail = "too many refreshes are under way"});
        auto& found = flights[name];
        if (found == nullptr) found = std::make_shared<flight>(by.home());
        const auto one = found;
        const auto run = [self, spent, name] { return self->run(spent, name); };
        auto got = co_await one->join(run, until);
        if (!got) co_return std::unexpected(detail::no_answer_in_time());
        co_return *std::move(got);
    }

    /// Never throws.
    task<outcome> run(secret spent, std::string name) {
        auto got = co_await settled(spent, terms.prefix + "refresh:" + to_base64url(name));
        flights.erase(name);
        co_return got;
    }

    task<outcome> settled(const secret& spent, std::string key) {
        try {
            co_return co_await ask(spent, std::move(key), deadline::after(run_max()));
        } catch (const std::exception& why) {
            co_return std::unexpected(oidc_failure{.detail = why.what()});
        }
    }

    /// Its outcome; nothing when it is cut off before.
    template <class T>
    task<std::optional<T>> unless_cut(task<T> what) {
        using namespace boost::asio::experimental::awaitable_operators;
        // An exception is carried: else the first that ends well would be waited for, the cut.
        auto first = co_await (attempt(std::move(what)) || cut_off());
        if (first.index() == 1) co_return std::nullopt;
        auto got = std::get<0>(std::move(first));
        if (!got) std::rethrow_exception(std::move(got.error()));
        co_return *std::move(got);
    }

    task<void> cut_off() {
        boost::system::error_code ended;
        co_await cut.async_wait(boost::asio::redirect_error(use_task, ended));
    }

    /// Long enough to wait for a turn that nobody ends, and to take one.
    std::chrono::milliseconds run_max() const { return terms.turn_max * (terms.tries_max + 1); }

    task<outcome> ask(const secret& spent, std::string key, deadline until) {
        const auto who = random_text();
        for (auto look = terms.look_min;; look = std::min(look * 2, terms.look_max)) {
            const auto said = co_await unless_cut(turns.ask(key, who, until));
            if (!said) co_return std::unexpected(process_stops(false));
            switch (said->is) {
                case turn_kind::mine: co_return co_await lead(spent, key, said->number);
                case turn_kind::next: ++counts.followed; co_return opened(spent, said->sealed);
                case turn_kind::dead:
                    co_return std::unexpected(sign_in_again("another process was refused with it"));
                case turn_kind::lost:
                    co_return std::unexpected(oidc_failure{
                        .why = oidc_fault::lost,
                        .detail = fmt::format(
                            "it was asked with {} times and nobody knows what came",
                            said->number)});
                case turn_kind::other: break;
            }
            const auto left = std::chrono::milliseconds(said->number + 1);
            co_await sleep_until(until.at_most(std::min(look, left)));
            if (is_cut()) co_return std::unexpected(process_stops(false));
            if (until.passed()) co_return std::unexpected(detail::no_answer_in_time());
        }
    }

    task<outcome> lead(const secret& spent, std::string key, std::int64_t turn) {
        ++counts.led;
        const auto issued = wall_now();
        auto asked = co_await unless_cut(by.refresh(spent, {.audience = terms.audience},
                                                    deadline::after(terms.exchange_max)));
        auto got = asked ? *std::move(asked) : outcome(std::unexpected(process_stops(true)));
        const auto while_ours =  // whatever is left to those who wait
            deadline::after(is_cut() ? stop_grace : terms.turn_max - terms.exchange_max);
        if (!got) {
            co_await tell_failure(got.error(), key, turn, while_ours);
            co_return got;
        }
        if (got->refresh.empty()) got->refresh = spent;  // a provider that does not rotate
        const auto kept = kept_for(spent, *got);
        const auto sealed =
            seal.seal(spent.reveal(), detail::to_text(detail::to_record(*got, issued)));
        try {
            const auto stands = co_await unless_cut(turns.keep(key, sealed, kept, while_ours));
            if (!stands) ++counts.unshared;
            else if (*stands != sealed) co_return opened(spent, *stands);
        } catch (const std::exception&) {
            ++counts.unshared;
        }
        co_return got;
    }

    /// Until a turn that is late has seen it; what came with the same token, until it is old.
    std::chrono::seconds kept_for(const secret& spent, const token_set& got) const {
        if (got.refresh == spent)
            return std::max(std::min(terms.kept, got.life * 7 / 10), std::chrono::seconds(1));
        return std::max(terms.kept, std::chrono::ceil<std::chrono::seconds>(terms.turn_max));
    }

    task<void> tell_failure(const oidc_failure& why, std::string key, std::int64_t turn,
                            deadline until) {
        try {
            if (why.why == oidc_fault::grant_refused) co_await turns.bury(key, turn, until);
            else co_await turns.give_back(key, turn, !why.may_have_acted, until);
        } catch (const std::exception&) {
            ++counts.unshared;
        }
    }

    outcome opened(const secret& spent, const std::string& sealed) const {
        const auto text = seal.open(spent.reveal(), sealed);
        const auto read = text ? detail::strict_object(text->text.reveal()) : std::nullopt;
        auto made = read ? detail::from_record(*read, wall_now()) : std::nullopt;
        if (!made) return std::unexpected(sign_in_again("what came is sealed by another key"));
        return *std::move(made);
    }

    bool is_cut() const { return cut.expiry() != timer::time_point::max(); }

    token_client& by;
    const rotation_terms terms;
    const sealer seal;
    detail::rotation_turns turns;
    std::map<std::string, std::shared_ptr<flight>> flights;  // by the token's SHA-256
    rotation_figures counts;
    bool stopping = false;
    timer cut;  // passes when stop() waits no longer: all that is under way waits for it too
};

rotating_refresh::rotating_refresh(token_client& by, redis::mux& shared, rotation_terms terms)
    : body_(std::make_shared<body>(by, shared, std::move(terms))) {
    BOOST_ASSERT(body_->terms.exchange_max < body_->terms.turn_max);
    BOOST_ASSERT(body_->terms.tries_max >= 1);
}
rotating_refresh::~rotating_refresh() = default;

task<oidc_result<token_set>> rotating_refresh::refresh(secret spent, deadline until) {
    return on_reactor(body_->by.home(), body_->refresh(std::move(spent), until));
}

task<void> rotating_refresh::stop(deadline until) {
    const auto self = body_;
    self->stopping = true;
    while (!self->flights.empty() && !until.passed())
        co_await sleep_until(until.at_most(rotation_stop_look_ms));
    self->cut.expires_at(deadline::clock::now());
    while (!self->flights.empty()) co_await sleep_until(deadline::after(rotation_stop_look_ms));
}

rotation_figures rotating_refresh::figures() const { return body_->counts; }

}  // namespace headroom::auth
