// The sending half of link.hpp.
#include <algorithm>
#include <boost/asio/post.hpp>

#include "headroom/persistence/redis/detail/link.hpp"
#include "headroom/persistence/redis/error.hpp"

namespace headroom::redis::detail {
namespace asio = boost::asio;
namespace {

constexpr std::size_t sent_kept_max = 1 << 20;  // of sent bytes before the rest moves up
constexpr std::size_t out_kept_max = 1 << 20;   // of capacity, once all is sent

}  // namespace

// As read_handler: armed while the socket takes no more.
struct link::write_handler {
    explicit write_handler(std::shared_ptr<link> owner) : of(std::move(owner)) {}
    write_handler(write_handler&&) noexcept = default;
    ~write_handler() {
        if (of) of->let_go();
    }
    void operator()(boost::system::error_code failed) {
        const auto keep = std::move(of);
        keep->writing_ = false;
        if (!failed && keep->alive_) keep->flush();
    }
    std::shared_ptr<link> of;
};

void link::require_room(std::size_t commands, std::size_t bytes) const {
    const bool many = pending_ + commands > pending_max_;
    const bool large = unsent() > 0 && unsent() + bytes > unsent_bytes_max_;
    if (!many && !large) return;
    budget::refusal why;
    why.reason = budget::refusal_reason::queue_full;
    why.resource = "commands in flight on a connection to Redis";
    why.consumer = consumer_;
    why.asked = static_cast<unsigned>(commands);
    why.held = static_cast<unsigned>(pending_);
    why.limit = static_cast<unsigned>(pending_max_);
    why.waiting = static_cast<unsigned>(pending_);
    if (large)
        why.more.line = std::to_string(unsent()) + " bytes wait to be sent, at most " +
                        std::to_string(unsent_bytes_max_);
    throw budget::refused(std::move(why));
}

void link::send(operation& by, std::span<const command> what, deadline until) {
    BOOST_ASSERT(!what.empty() && by.on == nullptr);
    if (!alive_) throw connection_lost("the connection is not open");
    std::size_t answers = 0, bytes = 0;
    for (const auto& each : what) {
        const auto pushes = each.answers_by_push();
        BOOST_ASSERT_MSG(pushes == 0 || what.size() == 1, "a subscription is no step of a unit");
        answers += std::max(pushes, 1U);
        bytes += each.bytes();
    }
    require_room(answers, bytes);
    if (order_.empty()) busy_since_ = clock::now();
    for (const auto& each : what) each.append_to(out_);
    queued_ += bytes;
    by.on = this;
    by.position = head_ + order_.size();
    by.several = what.size() > 1 || answers > 1;
    if (by.several) by.answers.reserve(answers);
    order_.push_back({&by, queued_, static_cast<std::uint32_t>(answers),
                      what.front().answers_by_push() > 0});
    pending_ += answers;
    home_.arm(by.due, until);
    if (!delivering_) flush_soon();
}

void link::flush_soon() {
    if (writing_ || std::exchange(flush_posted_, true)) return;
    asio::post(home_.get_executor(), [self = shared_from_this()] {
        self->flush_posted_ = false;
        if (self->alive_) self->flush();
    });
}

void link::flush() {
    if (writing_) return;
    try {
        while (unsent() > 0) {
            const std::string_view rest = std::string_view(out_).substr(out_begin_);
            // TLS may have sent what it cannot say it has: it counts as handed over.
            if (stream_.is_tls()) given_ = std::max(given_, queued_);
            const auto step = stream_.send(rest);
            if (step.bytes == 0) {
                if (step.wants == progress::need::writable) arm_write();
                return;  // else it goes on when something has been received
            }
            out_begin_ += step.bytes;
            if (!stream_.is_tls()) given_ += step.bytes;
        }
    } catch (const std::exception& broken) {
        return lose_after_reading(broken.what());
    }
    drop_sent();
}

// What the server said before it hung up tells more than the broken pipe.
void link::lose_after_reading(const std::string& why) {
    try {
        while (alive_ && receive_once()) {}
    } catch (const std::exception&) {
        // the pipe's error is as good
    }
    if (alive_) lose(why, true);
}

void link::drop_sent() {
    out_.clear();
    out_begin_ = 0;
    if (out_.capacity() > out_kept_max) out_.shrink_to_fit();
}

void link::arm_write() {
    if (out_begin_ > sent_kept_max) {
        out_.erase(0, out_begin_);
        out_begin_ = 0;
    }
    if (std::exchange(writing_, true)) return;
    stream_.on_ready(stream::ready::wait_write, write_handler(shared_from_this()));
}

}  // namespace headroom::redis::detail
