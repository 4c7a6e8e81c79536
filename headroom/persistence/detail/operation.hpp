// persistence/detail/operation.hpp: one caller that waits for its unit of work.
//
// Lives in the frame of the awaiting coroutine, so a statement in flight costs no allocation of its
// own. When that coroutine is destroyed, the operation leaves and its answer becomes nobody's.
#pragma once
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <vector>

#include "headroom/persistence/detail/pg_handle.hpp"
#include "headroom/persistence/rows.hpp"
#include "headroom/runtime/deadline_wheel.hpp"

namespace headroom::persistence::detail {

class link;

struct operation : boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    enum class ending : std::uint8_t {
        none,
        answered,
        lost,
        passed,
        cancelled,
        too_large,  ///< its result; the caller says which bound of which statement
    };

    operation() : due([this] { ring(); }) {}
    ~operation() { leave(); }
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;

    /// What co_await operation.finished() continues with: the caller then reads `how`.
    auto finished() {
        return boost::asio::async_initiate<const boost::asio::deferred_t, void()>(
            [this](auto handler) {
                if (auto slot = boost::asio::get_associated_cancellation_slot(handler);
                    slot.is_connected())
                    slot.assign([this](boost::asio::cancellation_type) { give_up(); });
                resume = std::move(handler);
            },
            boost::asio::deferred);
    }

    void keep(PGresult* owned);
    /// `cached`: the prepared statement it is about, or 0.
    void fail(PGresult* owned, std::uint32_t cached);
    /// The single answer, or what went wrong as the exceptions of connection::run.
    rows take();
    std::vector<rows> take_all();
    void throw_failure() const;

    link* on = nullptr;             ///< where it is in flight; null: nowhere
    std::uint64_t first = 0, last = 0;
    std::uint32_t failed = 0;       ///< the prepared statement that failed
    std::uint32_t prepared_before = 0;  ///< a higher number was prepared for this very call
    bool read = false;              ///< shares its Sync; may be repeated when a neighbour failed
    ending how = ending::none;
    std::move_only_function<void()> resume;
    alarm due;

    std::vector<rows> answers;      ///< of a unit of several
    rows answer;                    ///< of one statement
    bool several = false;
    result_handle error;

private:
    void ring();
    void give_up();
    void leave() noexcept;
};

using ready_list = boost::intrusive::list<operation,
                                          boost::intrusive::constant_time_size<false>>;

}  // namespace headroom::persistence::detail
