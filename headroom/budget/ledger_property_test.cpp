#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "headroom/budget/ledger.hpp"

namespace headroom::budget {
namespace {

constexpr unsigned consumers = 4;

/// A ledger under random use, with the leases outside it and the rules it must keep.
struct world {
    explicit world(unsigned reserve) {
        unsigned floors = 0;
        for (unsigned i = 0; i < consumers; ++i)
            floors += agreed[i].floor = *rc::gen::inRange(0u, 4u);
        book.emplace("postgres", floors + reserve);
        for (unsigned i = 0; i < consumers; ++i) {
            agreed[i].consumer = std::to_string(i);
            agreed[i].burst = *rc::gen::inRange(0u, 6u);
            grants.push_back(book->open(agreed[i]).value());
        }
    }

    ~world() {  // else returned leases would be delivered into what is being destroyed
        for (auto& each : grants) each.forget();
    }

    void step() {
        const auto who = *rc::gen::inRange(0u, consumers);
        switch (*rc::gen::weightedElement<int>({{4, 0}, {3, 1}, {2, 2}, {1, 3}, {1, 4}})) {
            case 0:
                return take(who);
            case 1:
                return give_back(who);
            case 2:
                return want(who);
            case 3:
                return void(grants[who].forget() && (wants[who] = false, true));
            case 4:
                return begin_closing(who);
        }
    }

    void take(unsigned who) {
        const bool has_room = held[who].size() < agreed[who].floor;
        auto unit = grants[who].take();
        RC_ASSERT(unit || !has_room);  // a floor is always there
        if (unit) held[who].push_back(std::move(*unit));
    }
    void give_back(unsigned who) {
        if (held[who].empty()) return;
        auto oldest = std::move(held[who].front());
        held[who].erase(held[who].begin());
    }
    void want(unsigned who) {
        if (std::exchange(wants[who], true)) return;
        grants[who].want([this, who](lease unit) {
            wants[who] = false;
            held[who].push_back(std::move(unit));
        });
    }
    void begin_closing(unsigned who) {
        if (!held[who].empty()) held[who].back().begin_closing();
    }

    unsigned lent() const {
        unsigned all = 0;
        for (unsigned i = 0; i < consumers; ++i) {
            const auto units = static_cast<unsigned>(held[i].size());
            all += units - std::min(units, agreed[i].floor);
        }
        return all;
    }

    void check() const {
        const auto now = book->snapshot();
        unsigned out = 0, closing = 0;
        for (unsigned i = 0; i < consumers; ++i) {
            out += static_cast<unsigned>(held[i].size());
            closing += static_cast<unsigned>(std::ranges::count_if(held[i], &lease::closing));
            RC_ASSERT(now.accounts[i].held == held[i].size());
            RC_ASSERT(held[i].size() <= agreed[i].floor + agreed[i].burst);
            RC_ASSERT(now.accounts[i].wants == wants[i]);
            check_wish(i, now);
        }
        RC_ASSERT(now.held == out && now.closing == closing);
        RC_ASSERT(out <= now.ceiling);
        RC_ASSERT(lent() <= now.reserve);
    }

    // Nobody waits for what is free, and nobody is called back for a waiter who is not there.
    void check_wish(unsigned who, const ledger_snapshot& now) const {
        const auto& own = agreed[who];
        const bool below_floor = held[who].size() < own.floor;
        const bool may_borrow = held[who].size() < own.floor + own.burst;
        if (wants[who]) RC_ASSERT(!below_floor && (!may_borrow || lent() == now.reserve));
        const bool others_wait = std::ranges::count(wants, true) - wants[who] > 0;
        if (grants[who].recalled()) RC_ASSERT(others_wait && held[who].size() > own.floor);
    }

    std::array<terms, consumers> agreed;
    std::optional<ledger> book;
    std::vector<grant> grants;
    std::array<std::vector<lease>, consumers> held;
    std::array<bool, consumers> wants{};
};

RC_GTEST_PROP(LedgerProperty, HoldsItsPromisesUnderAnyUse, ()) {
    world random(*rc::gen::inRange(0u, 6u));
    const auto steps = *rc::gen::inRange(1, 120);
    for (int i = 0; i < steps; ++i) {
        random.step();
        random.check();
    }
}

}  // namespace
}  // namespace headroom::budget
