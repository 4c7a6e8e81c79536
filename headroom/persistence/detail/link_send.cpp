// The sending half of link.hpp.
#include <boost/asio/post.hpp>

#include "headroom/persistence/detail/answer_error.hpp"
#include "headroom/persistence/detail/link.hpp"

namespace headroom::persistence::detail {
namespace asio = boost::asio;
namespace {

constexpr int binary_results = 1;

// libpq would send what stands before a zero byte, which is another statement. Looked at before
// anything of a unit is sent: half of one cannot be taken back.
void require_whole(const statement& text) {
    if (text.text().contains('\0')) throw std::invalid_argument("a statement holds a zero byte");
}

}  // namespace

// What was prepared at the time of the call, and since when an answer is due.
void link::begin_sending(operation& by, std::size_t statements, deadline until) {
    require_room(statements);
    const auto now = clock::now();
    if (until.passed(now)) throw deadline_passed("its deadline had passed before it was sent");
    if (order_.empty()) busy_since_ = now;
    by.prepared_before = cache_.last_number();
}

void link::require_room(std::size_t statements) const {
    if (!alive_) throw connection_lost("the connection is not open");
    if (order_.pending() + statements <= pending_max_) return;
    budget::refusal why;
    why.reason = budget::refusal_reason::queue_full;
    why.resource = "statements in flight on one connection";
    why.consumer = PQparameterStatus(pg_.get(), "application_name");
    why.asked = static_cast<unsigned>(statements);
    why.held = static_cast<unsigned>(order_.pending());
    why.limit = static_cast<unsigned>(pending_max_);
    throw budget::refused(std::move(why));
}

void link::send_one(operation& by, const statement& text, const parameters& values,
                    deadline until) {
    require_whole(text);
    if (!by.read) close_batch();
    begin_sending(by, 1, until);
    deallocate_doomed();
    send_step(by, text, values);
    home_.arm(by.due, until);  // before the Sync, which may find the connection lost
    if (by.read) join_batch();
    else sync(&by);
}

void link::send(operation& by, std::span<const step> steps, deadline until) {
    for (const auto& each : steps) require_whole(*each.text);
    close_batch();
    begin_sending(by, steps.size(), until);
    deallocate_doomed();
    by.several = true;
    by.answers.reserve(steps.size());
    for (const auto& each : steps) send_step(by, *each.text, each.values);
    home_.arm(by.due, until);
    sync(&by);
}

void link::send_step(operation& by, const statement& text, const parameters& values) {
    values.fill(arrays_);
    const auto known = cache_.use(text, arrays_.types, arrays_.values);
    if (known.prepare) send_prepare(by, text, *known.what);
    send_execute(text, known);
    entered(by, {.what = pipeline::expects::execute, .completes = by.read,
                 .cached = known.what == nullptr ? 0 : known.what->number, .to = &by});
}

void link::send_prepare(operation& by, const statement& text, const statement_cache::prepared& as) {
    const int sent = PQsendPrepare(pg_.get(), as.name, std::string(text.text()).c_str(),
                                   static_cast<int>(as.types.size()), as.types.data());
    if (sent == 0) broken_send();
    entered(by, {.what = pipeline::expects::prepare, .cached = as.number, .to = &by});
}

void link::send_execute(const statement& text, statement_cache::found known) {
    const int count = static_cast<int>(arrays_.values.size());
    const int sent =
        known.what != nullptr
            ? PQsendQueryPrepared(pg_.get(), known.what->name, count, arrays_.values.data(),
                                  arrays_.lengths.data(), arrays_.formats.data(), binary_results)
            : PQsendQueryParams(pg_.get(), std::string(text.text()).c_str(), count,
                                arrays_.types.data(), arrays_.values.data(), arrays_.lengths.data(),
                                arrays_.formats.data(), binary_results);
    if (sent == 0) broken_send();
}

// Under a Sync of its own: in a failed transaction it fails, and must not take ROLLBACK with it.
// Before the statement and not after, because the transaction's state is only known at the end of
// what was sent last.
void link::deallocate_doomed() {
    if (batch_ > 0) return;
    bool any = false;
    while (const auto number = cache_.take_doomed()) {
        any = true;
        char name[statement_cache::name_bytes_max];
        statement_cache::write_name(number, name);
        const auto text = std::string("DEALLOCATE ") + name;
        const int sent = PQsendQueryParams(pg_.get(), text.c_str(), 0, nullptr, nullptr, nullptr,
                                           nullptr, 0);
        if (sent == 0) broken_send();
        order_.sent({.what = pipeline::expects::housekeeping, .cached = number});
    }
    if (any) sync(nullptr);
}

void link::entered(operation& by, pipeline::item what) {
    by.last = order_.sent(what);
    if (std::exchange(by.on, this) == nullptr) by.first = by.last;
}

void link::sync(operation* by) {
    if (PQpipelineSync(pg_.get()) == 0) broken_send();
    const auto at = order_.sent(
        {.what = pipeline::expects::sync, .completes = by != nullptr, .to = by});
    if (by != nullptr) by->last = at;
    flush();
}

// Reads of one turn share a Sync, which is sent at the turn's end, or earlier when there are many:
// so the server works on the first while the later ones are still being sent.
void link::join_batch() {
    if (++batch_ >= batch_max) return close_batch();
    if (batch_ == 1 && !delivering_) deliver_soon();
}

void link::close_batch() noexcept {
    if (std::exchange(batch_, 0) == 0 || !alive_) return;
    try {
        sync(nullptr);
    } catch (const connection_lost&) {
        // Nobody called for this Sync; those of the batch were told by lose().
    }
}

void link::flush() {
    if (writing_ || PQflush(pg_.get()) != 1) return;  // a failed write shows when we read
    writing_ = true;
    socket_->async_wait(asio::posix::descriptor_base::wait_write,
                        [self = shared_from_this()](boost::system::error_code failed) {
                            self->writing_ = false;
                            if (!failed && self->alive_) self->flush();
                        });
}

// Only a lost connection or exhausted memory gets here; every argument was checked before.
void link::broken_send() {
    auto why = first_line(PQerrorMessage(pg_.get()));
    lose(why, true);
    throw connection_lost("the connection was lost: " + why);
}

}  // namespace headroom::persistence::detail
