#include "headroom/persistence/sync_engine.hpp"

#include <future>

namespace headroom::persistence {

// What the coroutine needs it owns: when the reactor does not answer in time, the caller leaves.
void sync_engine::wait_for(deadline until, std::move_only_function<task<void>()> work) {
    BOOST_ASSERT_MSG(reactor::current() == nullptr, "a reactor never blocks");
    BOOST_ASSERT_MSG(worker_pool::current() == &threads_, "blocking code runs on its own threads");
    auto done = std::make_shared<std::promise<void>>();
    auto answer = done->get_future();
    own_.home().spawn([done, work = std::move(work)]() mutable -> task<void> {
        std::exception_ptr failure;
        try {
            co_await work();
        } catch (...) {
            failure = std::current_exception();
        }
        work = nullptr;  // what it shares with the caller is the caller's alone from here on
        if (failure) done->set_exception(failure);
        else done->set_value();
    });
    done.reset();
    if (answer.wait_until(until.at() + grace_ms_max) != std::future_status::ready)
        throw deadline_passed("the reactor of the connection did not answer");
    answer.get();
}

rows sync_engine::send(std::optional<tenant_id> tenant, statement text, parameters values,
                       deadline until) {
    auto answer = std::make_shared<rows>();
    wait_for(until, [&lanes = lanes_, answer, tenant = std::move(tenant), text,
                     values = std::move(values), until]() mutable -> task<void> {
        *answer = co_await lanes(std::move(tenant), text, std::move(values), until);
    });
    return std::move(*answer);
}

sync_transaction sync_engine::begin(budget::holder& by, deadline until,
                                    std::optional<tenant_id> tenant, transaction_mode mode,
                                    std::source_location at) {
    using outcome = std::optional<budget::result<transaction>>;
    auto answer = std::make_shared<outcome>();
    wait_for(until, [&own = own_, &by, answer, tenant = std::move(tenant), until, mode,
                     at]() mutable -> task<void> {
        answer->emplace(tenant ? co_await own.begin(by, std::move(*tenant), until, mode, at)
                               : co_await own.begin(by, until, mode, at));
    });
    if (!**answer) throw budget::refused(std::move((*answer)->error()));
    return sync_transaction(*this, std::move((*answer)->value()));
}

rows sync_transaction::run_with(statement text, parameters values, deadline until) {
    auto answer = std::make_shared<rows>();
    by_->wait_for(until, [on = on_, answer, text, values = std::move(values),
                          until]() mutable -> task<void> {
        *answer = co_await on->run_with(text, std::move(values), until);
    });
    return std::move(*answer);
}

void sync_transaction::commit(deadline until) {
    by_->wait_for(until, [on = on_, until]() -> task<void> { co_await on->commit(until); });
}

void sync_transaction::rollback(deadline until) {
    by_->wait_for(until, [on = on_, until]() -> task<void> { co_await on->rollback(until); });
}

}  // namespace headroom::persistence
