// The receiving half of link.hpp, and its beginning and end.
#include "headroom/persistence/redis/detail/link.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>

#include "headroom/persistence/redis/error.hpp"

namespace headroom::redis::detail {
namespace asio = boost::asio;
namespace {

constexpr unsigned reads_a_turn_max = 16;  // so that one server cannot hold the reactor

bool confirms_a_subscription(const value& push) {
    if (push.empty() || push[0].is() != kind::text) return false;
    static constexpr std::array<std::string_view, 6> confirmations{
        "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe"};
    return std::ranges::find(confirmations, push[0].text()) != confirmations.end();
}

}  // namespace

// The one armed wait. Destroyed unrun when its reactor ends: then the suspended callers, which only
// this connection keeps, have to end too.
struct link::read_handler {
    explicit read_handler(std::shared_ptr<link> owner) : of(std::move(owner)) {}
    read_handler(read_handler&&) noexcept = default;
    ~read_handler() {
        if (of) of->let_go();
    }
    void operator()(boost::system::error_code failed) {
        const auto keep = std::move(of);
        if (!failed && keep->alive_) keep->on_readable();
    }
    std::shared_ptr<link> of;
};

link::link(reactor& home, const connection_options& options, std::string consumer)
    : home_(home), pending_max_(options.pending_max), unsent_bytes_max_(options.unsent_bytes_max),
      abandon_grace_(options.abandon_grace_ms), consumer_(std::move(consumer)), stream_(home),
      parser_(options.answers), silence_([this] { look_for_silence(); }) {}

link::~link() {
    BOOST_ASSERT_MSG(!alive_, "a connection ended while at work");
    let_go();
}

void link::begin() {
    alive_ = true;
    last_used_ = last_heard_ = clock::now();
    arm_read();
}

stream& link::end() {
    if (alive_) lose("it was closed", false);
    return stream_;
}

void link::arm_read() {
    stream_.on_ready(stream::ready::wait_read, read_handler(shared_from_this()));
}

void link::on_readable() {
    last_heard_ = clock::now();
    const auto keep = shared_from_this();
    try {
        for (unsigned i = 0; i < reads_a_turn_max && alive_ && receive_once(); ++i) {}
    } catch (const std::exception& broken) {  // the socket, or the protocol
        if (alive_) lose(broken.what(), true);
    }
    if (alive_) arm_read();
    deliver();
}

// True when there may be more.
bool link::receive_once() {
    const auto into = parser_.room();
    const auto got = stream_.receive(into);
    if (got.ended) {
        saw_end_ = true;
        lose("the server hung up", true);
        return false;
    }
    if (got.wants == progress::need::writable) arm_write();
    if (got.bytes == 0) return false;
    parser_.received(got.bytes);
    parse();
    return stream_.is_tls() || got.bytes == into.size();
}

void link::parse() {
    while (alive_)
        if (auto said = parser_.next())
            act(std::move(*said));
        else
            return;
}

void link::act(value said) {
    const bool awaited = !order_.empty();
    if (said.is() == kind::push &&
        !(awaited && order_.front().by_push && confirms_a_subscription(said)))
        return pushes_.push_back(std::move(said));
    if (!awaited) {
        // What Redis says unasked before it hangs up: it is full, or will have no more of this.
        if (said.is_error()) return lose(without_arguments(said.text(), ""), true);
        return lose("an answer came that nobody asked for", true);
    }
    answered(order_.front(), std::move(said));
}

void link::answered(item& head, value said) {
    // A subscription that is refused has one error, whatever the number of its channels.
    const auto answers = head.by_push && said.is_error() ? head.left : 1;
    if (head.to != nullptr) head.to->keep(std::move(said));
    pending_ -= answers;
    head.left -= answers;
    if (head.left == 0) finish_head();
}

void link::finish_head() {
    auto* const to = order_.front().to;
    order_.pop_front();
    ++head_;
    if (to == nullptr) return;
    to->how = operation::ending::answered;
    to->on = nullptr;
    to->due.disarm();
    ready_.push_back(*to);
}

// Each resumed caller may send, expire others, or destroy the connection.
void link::deliver() {
    if (std::exchange(delivering_, true)) return;
    const auto keep = shared_from_this();
    if (!ready_.empty()) last_used_ = last_heard_;
    while (!ready_.empty()) {
        auto& next = ready_.front();
        ready_.pop_front();
        auto resume = std::move(next.resume);
        resume();
    }
    tell_pushes();
    delivering_ = false;
    if (alive_) flush();
    if (order_.empty() && on_idle) on_idle();
    if (!lost_why_.empty() && on_lost) std::exchange(on_lost, nullptr)(lost_why_);
}

// A listener may destroy the connection, and itself with it.
void link::tell_pushes() {
    for (const auto& each : std::exchange(pushes_, {})) {
        auto listener = std::exchange(on_push, nullptr);
        if (listener) listener(each);
        if (alive_ && !on_push) on_push = std::move(listener);
    }
}

void link::deliver_soon() {
    if (std::exchange(delivery_posted_, true)) return;
    asio::post(home_.get_executor(), [self = shared_from_this()] {
        self->delivery_posted_ = false;
        self->deliver();
    });
}

void link::abandon(operation& which) noexcept {
    if (which.position >= head_ && which.position - head_ < order_.size())
        order_[which.position - head_].to = nullptr;
    which.on = nullptr;
    which.due.disarm();
}

void link::expire(operation& which, operation::ending how) {
    const auto position = which.position;
    abandon(which);
    which.how = how;
    ready_.push_back(which);
    last_abandoned_ = std::max(last_abandoned_, position);
    if (!silence_.armed() && alive_) {
        overdue_since_ = clock::now();
        home_.arm(silence_, deadline(overdue_since_ + abandon_grace_));
    }
    deliver_soon();
}

void link::look_for_silence() {
    if (!alive_ || order_.empty() || head_ > last_abandoned_) return;
    const auto heard = std::max(last_heard_, overdue_since_);
    const auto now = clock::now();
    if (now - heard < abandon_grace_) return home_.arm(silence_, deadline(heard + abandon_grace_));
    lose("the server has fallen silent", true);
    deliver();
}

link::clock::time_point link::silent_since(clock::time_point now) const noexcept {
    return order_.empty() ? now : std::max(last_heard_, busy_since_);
}

void link::lose(std::string why, bool tell) {
    alive_ = false;
    silence_.disarm();
    stream_.cancel();
    if (why.empty()) why = "the server hung up";
    for (auto& each : std::exchange(order_, {})) {
        ++head_;
        if (each.to == nullptr) continue;
        each.to->on = nullptr;
        each.to->how = operation::ending::lost;
        each.to->may_have_run = each.end <= given_;
        each.to->why_lost = why;
        each.to->due.disarm();
        ready_.push_back(*each.to);
    }
    pending_ = 0;
    if (tell) lost_why_ = std::move(why);
    deliver_soon();
}

void link::let_go() noexcept {
    alive_ = false;
    silence_.disarm();
    for (auto& each : std::exchange(order_, {})) {
        ++head_;
        if (each.to == nullptr) continue;
        each.to->on = nullptr;
        each.to->due.disarm();
        ready_.push_back(*each.to);
    }
    while (!ready_.empty()) {
        auto& each = ready_.front();
        ready_.pop_front();
        const auto ends_with_its_reactor = std::move(each.resume);
    }
}

}  // namespace headroom::redis::detail
