#include "headroom/auth/key_source.hpp"

#include <stdexcept>

#include "headroom/auth/detail/key_source_body.hpp"
#include "headroom/auth/provider_metadata.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
constexpr auto stop_look_ms = 5ms;

}  // namespace

key_source::key_source(reactor& home, http::client& over, key_source_terms terms)
    : body_(std::make_shared<body>(home, over, std::move(terms))) {
    const auto& with = body_->terms;
    const auto& first = with.keys_url.empty() ? with.issuer : with.keys_url;
    if (const auto fault = may_be_asked(first, with.loopback); !fault.empty())
        throw std::invalid_argument("the keys of " + with.issuer + ": " + fault);
}

key_source::~key_source() {
    BOOST_ASSERT_MSG(!body_->looping, "a key source is stopped before it ends");
}

void key_source::start(deadline) {
    body_->looping = true;
    body_->home.spawn([self = body_]() -> task<void> { co_await self->loop(); });
}

void key_source::stop(deadline) noexcept {
    body_->home.run_blocking([self = body_]() -> task<void> {
        self->stopping = true;
        self->pause.cancel();
        while (self->looping || self->fetching)
            co_await sleep_until(deadline::after(stop_look_ms));
    });
}

const std::string& key_source::issuer() const noexcept { return body_->terms.issuer; }

std::shared_ptr<const key_set> key_source::keys() const {
    const auto now = deadline::clock::now();
    const std::scoped_lock lock(body_->mutex);
    return now < body_->good_until ? body_->set : nullptr;
}

task<key_source::looked> key_source::look_again(deadline until) {
    return on_reactor(body_->home, body_->look_again(until));
}

key_source_figures key_source::figures() const {
    const std::scoped_lock lock(body_->mutex);
    return body_->shown;
}

}  // namespace headroom::auth
