// The receiving half of link.hpp, and its beginning and end.
#include "headroom/persistence/detail/link.hpp"

#include <boost/asio/post.hpp>

#include "headroom/persistence/detail/answer_error.hpp"

namespace headroom::persistence::detail {
namespace asio = boost::asio;
namespace {

constexpr std::string_view in_failed_transaction = "25P02";

result_kind kind_of(const PGresult* result) {
    if (result == nullptr) return result_kind::end;
    switch (PQresultStatus(result)) {
        case PGRES_PIPELINE_SYNC: return result_kind::sync;
        case PGRES_PIPELINE_ABORTED: return result_kind::aborted;
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY: return result_kind::ok;
        default: return result_kind::error;
    }
}

static_assert(connection_options::result_bytes_limit < byte_meter::bytes_max);

bool is_copy(const PGresult* result) {
    const auto status = PQresultStatus(result);
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
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

link::link(reactor& home, const connection_options& options)
    : home_(home), pending_max_(options.pending_max),
      result_bytes_max_(options.result_bytes_max), abandon_grace_(options.abandon_grace_ms),
      socket_(home.get_executor()), cache_(options.statement_cache_max),
      silence_([this] { look_for_silence(); }) {}

link::~link() {
    BOOST_ASSERT_MSG(!alive_, "a connection ended while at work");
    let_go();
}

void link::begin(pg_handle open) {
    pg_ = std::move(open);
    alive_ = true;
    last_used_ = last_heard_ = clock::now();
    socket_.borrow(PQsocket(pg_.get()));
    arm_read();
}

pg_handle link::end() {
    if (alive_) lose("it was closed", false);
    return std::move(pg_);
}

void link::arm_read() {
    socket_->async_wait(asio::posix::descriptor_base::wait_read, read_handler(shared_from_this()));
}

void link::on_readable() {
    last_heard_ = clock::now();
    const auto keep = shared_from_this();
    const bool connected = still_connected();
    if (connected) receive();
    if (connected && alive_) weigh();
    if (connected && alive_) arm_read();
    deliver();
}

bool link::still_connected() {
    if (PQconsumeInput(pg_.get()) == 1) return true;
    receive();  // what came before the end
    if (alive_) lose(first_line(PQerrorMessage(pg_.get())), true);
    return false;
}

void link::receive() {
    while (alive_ && !order_.empty() && PQisBusy(pg_.get()) == 0) {
        result_handle result(PQgetResult(pg_.get()));
        if (PQstatus(pg_.get()) == CONNECTION_BAD) break;
        if (result && is_copy(result.get())) return lose("COPY cannot be pipelined", true);
        const auto said = order_.on(kind_of(result.get()));
        act(said, std::move(result));
    }
    if (alive_ && PQstatus(pg_.get()) == CONNECTION_BAD)
        return lose(first_line(PQerrorMessage(pg_.get())), true);
    collect_notifications();
}

// What arrives of a result stays with libpq until its last row has come. One that is not through
// after two wake-ups is weighed from then on; smaller ones cost nothing.
void link::weigh() {
    if (order_.empty()) return meter_.stop();
    if (std::exchange(growing_, order_.head()) != order_.head()) return meter_.stop();
    if (!meter_.running()) return meter_.start(PQsocket(pg_.get()));
    if (meter_.taken() > result_bytes_max_) refuse_result();
}

// The rest of it cannot be skipped: libpq would keep that too.
void link::refuse_result() {
    if (auto* const whose = order_.next(); whose != nullptr) {
        abandon(*whose);
        whose->how = operation::ending::too_large;
        ready_.push_back(*whose);
    }
    lose("a result is larger than result_bytes_max", true);
}

void link::act(const pipeline::event& said, result_handle result) {
    using fate = pipeline::event::fate;
    switch (said.what) {
        case fate::drop: case fate::prepared: break;
        case fate::keep: said.to->keep(result.release()); break;
        case fate::prepare_failed: cache_.forget(said.cached, false); [[fallthrough]];
        case fate::fail:
            if (said.to != nullptr) said.to->fail(result.release(), said.cached);
            break;
        case fate::housekeeping_failed:
            if (error_of(result.get()).is(in_failed_transaction)) cache_.doom(said.cached);
            break;
        case fate::confused: return lose("an answer came that nobody asked for", true);
    }
    if (result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC)
        if (const auto now = PQtransactionStatus(pg_.get()); now != PQTRANS_ACTIVE)
            transaction_ = now;
    if (!said.finished) return;
    said.to->how = operation::ending::answered;
    said.to->on = nullptr;
    said.to->due.disarm();
    ready_.push_back(*said.to);
}

void link::collect_notifications() {
    while (alive_) {
        std::unique_ptr<PGnotify, decltype(&PQfreemem)> next(PQnotifies(pg_.get()), &PQfreemem);
        if (!next) return;
        notifications_.push_back({next->relname, next->extra, next->be_pid});
    }
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
    close_batch();
    notify();
    delivering_ = false;
    if (order_.empty() && on_idle) on_idle();
    if (!lost_why_.empty() && on_lost) std::exchange(on_lost, nullptr)(lost_why_);
}

// A listener may destroy the connection, and itself with it.
void link::notify() {
    for (const auto& each : std::exchange(notifications_, {})) {
        auto listener = std::exchange(on_notification, nullptr);
        if (listener) listener(each);
        if (alive_ && !on_notification) on_notification = std::move(listener);
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
    order_.abandon(which.first, which.last);
    which.on = nullptr;
    which.due.disarm();
}

void link::expire(operation& which, operation::ending how) {
    const auto last = which.last;
    abandon(which);
    which.how = how;
    ready_.push_back(which);
    last_abandoned_ = std::max(last_abandoned_, last);
    if (!silence_.armed() && alive_) {
        overdue_since_ = clock::now();
        home_.arm(silence_, deadline(overdue_since_ + abandon_grace_));
    }
    deliver_soon();
}

void link::look_for_silence() {
    if (!alive_ || order_.empty() || order_.head() > last_abandoned_) return;
    const auto heard = std::max(last_heard_, overdue_since_);
    const auto now = clock::now();
    if (now - heard < abandon_grace_) return home_.arm(silence_, deadline(heard + abandon_grace_));
    lose("the server has fallen silent", true);
    deliver();
}

link::clock::time_point link::silent_since(clock::time_point now) const noexcept {
    return order_.empty() ? now : std::max(last_heard_, busy_since_);
}

// Everybody in flight is told; the socket stays with libpq until the closing room takes it.
void link::lose(std::string why, bool tell) {
    alive_ = false;
    batch_ = 0;
    saw_end_ = saw_the_end(pg_.get());
    silence_.disarm();
    socket_.give_back();
    if (tell) lost_why_ = why.empty() ? "the server hung up" : std::move(why);
    order_.clear([this](operation& each) {
        if (each.on == nullptr) return;
        each.on = nullptr;
        each.how = operation::ending::lost;
        each.due.disarm();
        ready_.push_back(each);
    });
    deliver_soon();
}

void link::let_go() noexcept {
    alive_ = false;
    silence_.disarm();
    order_.clear([this](operation& each) {
        if (std::exchange(each.on, nullptr) == nullptr) return;
        each.due.disarm();
        ready_.push_back(each);
    });
    while (!ready_.empty()) {
        auto& each = ready_.front();
        ready_.pop_front();
        const auto ends_with_its_reactor = std::move(each.resume);
    }
}

}  // namespace headroom::persistence::detail
