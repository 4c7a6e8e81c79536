#include "headroom/persistence/session.hpp"

#include "headroom/persistence/detail/session_keeper.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::persistence {
namespace {

constexpr statement begin_read_write("BEGIN"), begin_read_only("BEGIN READ ONLY"),
    begin_repeatable_read("BEGIN ISOLATION LEVEL REPEATABLE READ"),
    begin_serializable("BEGIN ISOLATION LEVEL SERIALIZABLE"), commit_it("COMMIT"),
    roll_it_back("ROLLBACK");

const statement& begin_of(transaction_mode mode) {
    switch (mode) {
        case transaction_mode::read_write: return begin_read_write;
        case transaction_mode::read_only: return begin_read_only;
        case transaction_mode::repeatable_read: return begin_repeatable_read;
        case transaction_mode::serializable: return begin_serializable;
    }
    return begin_read_write;
}

}  // namespace

// ---- session ----

session::session(detail::session_keeper& keeper, detail::loan what) noexcept
    : keeper_(&keeper), at_(static_cast<detail::place*>(what.slot)),
      generation_(what.generation), mark_(std::move(what.mark)) {}

session::session(session&& from) noexcept
    : keeper_(from.keeper_), at_(std::exchange(from.at_, nullptr)), generation_(from.generation_),
      mark_(std::move(from.mark_)) {}

session& session::operator=(session&& from) noexcept {
    if (this == &from) return *this;
    give_back();
    keeper_ = from.keeper_;
    at_ = std::exchange(from.at_, nullptr);
    generation_ = from.generation_;
    mark_ = std::move(from.mark_);
    return *this;
}

// The mark goes first: the holder may end as soon as its sessions are gone, and the next to be
// served may be on another thread.
void session::give_back() noexcept {
    auto* at = std::exchange(at_, nullptr);
    if (at == nullptr) return;
    { const auto mark = std::move(mark_); }
    keeper_->put(*at, generation_);
}

task<rows> session::run_with(statement text, parameters values, deadline until) {
    BOOST_ASSERT_MSG(at_ != nullptr, "a session that was moved from is not used");
    return on_reactor(keeper_->home(),
                      keeper_->run(*at_, generation_, text, std::move(values), until));
}

task<std::vector<rows>> session::run_unit(std::vector<step> steps, deadline until) {
    BOOST_ASSERT_MSG(at_ != nullptr, "a session that was moved from is not used");
    return on_reactor(keeper_->home(),
                      keeper_->run_unit(*at_, generation_, std::move(steps), until));
}

task<transaction> session::begin(deadline until, transaction_mode mode) && {
    return transaction::start(std::move(*this), std::nullopt, until, mode);
}

task<transaction> session::begin(tenant_id tenant, deadline until, transaction_mode mode) && {
    return transaction::start(std::move(*this), std::move(tenant), until, mode);
}

int session::backend_pid() const noexcept {
    return at_ != nullptr ? keeper_->backend_pid(*at_, generation_) : 0;
}

// ---- transaction ----

task<transaction> transaction::start(session on, std::optional<tenant_id> tenant, deadline until,
                                     transaction_mode mode) {
    std::vector<step> steps;
    steps.push_back({&begin_of(mode), {}});
    if (tenant) steps.push_back({&scope_to_tenant, parameters::of(tenant->text())});
    co_await on.run_unit(std::move(steps), until);
    co_return transaction(std::move(on), std::move(tenant));
}

task<rows> transaction::run_with(statement text, parameters values, deadline until) {
    BOOST_ASSERT_MSG(open_, "a transaction that has ended runs nothing");
    try {
        co_return co_await on_.run_with(text, std::move(values), until);
    } catch (const server_error&) {
        failed_ = true;
        throw;
    }
}

task<std::vector<rows>> transaction::run_unit(std::vector<step> steps, deadline until) {
    BOOST_ASSERT_MSG(open_, "a transaction that has ended runs nothing");
    try {
        co_return co_await on_.run_unit(std::move(steps), until);
    } catch (const server_error&) {
        failed_ = true;
        throw;
    }
}

task<void> transaction::commit(deadline until) {
    BOOST_ASSERT_MSG(open_, "a transaction is committed once");
    if (failed_) {
        co_await rollback(until);
        throw server_error("25P02", "a statement of this transaction had failed: rolled back");
    }
    open_ = false;
    co_await on_.run_with(commit_it, {}, until);
}

task<void> transaction::rollback(deadline until) {
    if (!std::exchange(open_, false)) co_return;
    co_await on_.run_with(roll_it_back, {}, until);
}

}  // namespace headroom::persistence
