// The part of a connection that reads a body once somebody wants it. One that came whole with its
// head never comes here.
#include <algorithm>

#include "headroom/http/detail/connection.hpp"
#include "headroom/http/detail/listener.hpp"

namespace headroom::http::detail {
namespace {

constexpr std::size_t first_share_bytes = 16 * 1024;  // of a body that does not say its length
constexpr unsigned no_memory = 503;

}  // namespace

// As slow as its client may be, it holds no place among the handlers meanwhile, and what it takes
// counts for nobody else's time.
task<std::optional<problem>> connection::receive() {
    auto& at = *exchange_;
    const auto begun = deadline::clock::now();
    at.inside.release();
    wanted_ = true;
    timed_out_ = false;
    phase_ = phase::receiving;
    auto came = refused_ ? step::answer : look();
    if (came == step::wait) came = co_await wait_for_request();
    const auto took = deadline::clock::now() - begun;
    complete_ += took;
    at.of.until = deadline(at.of.until.at() + took);
    if (!refused_ && came == step::answer && !enters_at_once(at)) co_await queue_up(at);
    begin_handling(at.of.until);
    if (came == step::end) abandon();
    co_return take_over(at, came);
}

// The body, or why there is none.
std::optional<problem> connection::take_over(exchange& at, step came) {
    if (came == step::end) return problem{400, "The body did not arrive."};
    if (refused_) return why_refused();
    if (const auto shed = std::exchange(at.reply, std::nullopt)) return *shed->why();
    at.of.body = std::move(reader_.body());
    at.of.unread = nullptr;
    return std::nullopt;
}

problem connection::why_refused() const {
    problem why{refused_->status, std::string(refused_->detail)};
    if (refused_->status != no_memory) return why;
    const auto& memory = home_->shared().bodies;
    if (const auto& frame = reader_.head().frame; frame.body == framing::kind::length)
        why.with("asked", static_cast<std::int64_t>(frame.length));
    why.with("held", static_cast<std::int64_t>(memory.held()));
    why.with("limit", static_cast<std::int64_t>(memory.most()));
    return why;
}

// A body's bytes are held before they are read: of a known length all at once, so that whoever is
// let in comes to an end; of another in steps that double.
bool connection::makes_room() {
    const auto& frame = reader_.head().frame;
    auto& share = exchange_->share;
    auto& body = reader_.body();
    std::size_t bytes = frame.length;
    if (frame.body == framing::kind::chunked) {
        const auto most = home_->shared().sealed.bounds.body_max;
        const auto next = body.size() + (landed_ - taken_);
        if (std::min(next, most) <= share.bytes()) return true;
        bytes = std::min(most, std::max({next, 2 * share.bytes(), first_share_bytes}));
    }
    if (bytes <= share.bytes()) return true;
    if (!share.grow_to(bytes)) {
        home_->shared().shed.fetch_add(1, std::memory_order_relaxed);
        refused_ = fault{no_memory, "Too many bytes of bodies are in memory."};
        return false;
    }
    body.reserve(bytes);
    return true;
}

// What nobody wanted may have landed meanwhile. If not, the connection ends with this answer: what
// follows could not be told from another request.
bool connection::leaves_unread() {
    if (exchange_->of.unread == nullptr) return false;
    wanted_ = false;
    if (reader_.at() == request_reader::state::body) look();
    return reader_.at() != request_reader::state::complete;
}

}  // namespace headroom::http::detail
