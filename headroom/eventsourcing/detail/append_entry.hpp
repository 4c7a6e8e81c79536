// eventsourcing/detail/append_entry.hpp: one append on its way, and the caller that waits for it.
//
// Made by the caller's coroutine, carried by the coalescer and the driver, all on one reactor. A
// caller that leaves (its deadline passed, it was cancelled) leaves the entry behind where it is
// under way: its transaction goes on for whoever shares it.
#pragma once
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <exception>
#include <list>
#include <memory>
#include <variant>

#include "headroom/eventsourcing/event_store.hpp"

namespace headroom::eventsourcing::detail {

struct append_entry {
    using list = std::list<std::shared_ptr<append_entry>>;
    using answer = std::expected<appended, append_refusal>;
    enum class place : std::uint8_t { outside, waiting, ready, carried };

    append_entry(append_request asked, std::string context, deadline by);

    append_request what;
    std::string metadata;     ///< JSON, of each of its events
    deadline until;
    std::size_t events = 0;
    std::size_t bytes = 0;    ///< what it adds to a transaction
    uuid least;               ///< the least of its streams: transactions go by it
    bool alone = false;       ///< has a transaction of its own
    bool unknown = false;     ///< an attempt's outcome was lost: it may be recorded

    // ---- the coalescer's ----
    place at = place::outside;
    unsigned behind = 0;      ///< streams in which another append is first
    list::iterator in_ready;
    deadline::clock::time_point since{};  ///< ready since then

    // ---- the caller's ----
    /// What co_await entry.settled() continues with: the caller then takes the outcome.
    auto settled() {
        return boost::asio::async_initiate<const boost::asio::deferred_t, void()>(
            [this](auto handler) {
                if (auto slot = boost::asio::get_associated_cancellation_slot(handler);
                    slot.is_connected())
                    slot.assign([this](boost::asio::cancellation_type) { give_up(); });
                resume = std::move(handler);
            },
            boost::asio::deferred);
    }
    /// The outcome, or what it throws.
    answer take();

    std::variant<std::monostate, answer, std::exception_ptr> outcome;
    std::move_only_function<void()> resume;
    std::move_only_function<void()> give_up;  ///< the caller was cancelled
    alarm due;
    std::move_only_function<void()> expire;   ///< its deadline passed
};

}  // namespace headroom::eventsourcing::detail
