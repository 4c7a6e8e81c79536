// persistence/redis/detail/operation.hpp: one caller that waits for its answer, or for several.
//
// Lives in the frame of the awaiting coroutine, so a command in flight costs no allocation of its
// own. When that coroutine is destroyed, the operation leaves and its answer becomes nobody's.
#pragma once
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <string>
#include <vector>

#include "headroom/persistence/redis/value.hpp"
#include "headroom/runtime/deadline_wheel.hpp"

namespace headroom::redis::detail {

class link;

struct operation : boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    enum class ending : std::uint8_t { none, answered, lost, passed, cancelled };

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

    void keep(value said);
    /// Throws what ended it other than an answer, as the exceptions of connection::run.
    void require_answer() const;

    link* on = nullptr;          ///< where it is in flight; null: nowhere
    std::uint64_t position = 0;  ///< of its item in that link
    ending how = ending::none;
    bool may_have_run = false;   ///< of one that is lost: all of its bytes had been handed over
    std::string why_lost;
    std::move_only_function<void()> resume;
    alarm due;

    value answer;                ///< of one command
    std::vector<value> answers;  ///< of a unit
    bool several = false;

private:
    void ring();
    void give_up();
    void leave() noexcept;
};

using ready_list = boost::intrusive::list<operation,
                                          boost::intrusive::constant_time_size<false>>;

}  // namespace headroom::redis::detail
