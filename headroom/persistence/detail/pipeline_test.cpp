#include "headroom/persistence/detail/pipeline.hpp"

#include <gtest/gtest.h>

#include "headroom/persistence/detail/operation.hpp"

namespace headroom::persistence::detail {
namespace {

using expects = pipeline::expects;
using fate = pipeline::event::fate;

/// A pipeline into which units of one statement are sent, and two callers.
class Pipeline : public ::testing::Test {
protected:
    pipeline order;
    operation first, second;

    std::uint64_t send(operation* by) {
        const auto at = order.sent({.what = expects::execute, .to = by});
        order.sent({.what = expects::sync, .completes = true, .to = by});
        return at;
    }
    pipeline::event on(result_kind what) { return order.on(what); }
    /// A whole good answer; returns the event of its Sync.
    pipeline::event answered() {
        EXPECT_EQ(on(result_kind::ok).what, fate::keep);
        on(result_kind::end);
        return on(result_kind::sync);
    }
};

TEST_F(Pipeline, GivesEachAnswerToTheOneWhoAsked) {
    send(&first);
    send(&second);
    EXPECT_EQ(on(result_kind::ok).to, &first);
    EXPECT_FALSE(on(result_kind::end).finished);  // it is committed at the Sync, not before
    const auto served = on(result_kind::sync);
    EXPECT_TRUE(served.finished);
    EXPECT_EQ(served.to, &first);
    EXPECT_EQ(answered().to, &second);
    EXPECT_TRUE(order.empty());
}

TEST_F(Pipeline, CountsStatementsAndNotTheirSyncs) {
    send(&first);
    send(&second);
    EXPECT_EQ(order.pending(), 2u);
    answered();
    EXPECT_EQ(order.pending(), 1u);
}

TEST_F(Pipeline, AnAbandonedStatementKeepsItsPlaceAsNobodys) {
    const auto at = send(&first);
    send(&second);
    order.abandon(at, at + 1);
    EXPECT_EQ(on(result_kind::ok).what, fate::drop);
    on(result_kind::end);
    EXPECT_FALSE(on(result_kind::sync).finished);
    EXPECT_EQ(answered().to, &second);
}

TEST_F(Pipeline, AnswersThatAreThroughCannotBeAbandonedAgain) {
    const auto at = send(&first);
    send(&second);
    answered();
    order.abandon(at, at + 1);  // late; the positions are gone
    EXPECT_EQ(answered().to, &second);
}

TEST_F(Pipeline, AFailureTakesTheRestOfItsUnitAlong) {
    order.sent({.what = expects::execute, .to = &first});
    order.sent({.what = expects::execute, .to = &first});
    order.sent({.what = expects::sync, .completes = true, .to = &first});
    EXPECT_EQ(on(result_kind::error).what, fate::fail);
    on(result_kind::end);
    EXPECT_EQ(on(result_kind::aborted).what, fate::fail);
    on(result_kind::end);
    EXPECT_TRUE(on(result_kind::sync).finished);
}

TEST_F(Pipeline, AFailedPrepareNamesItsStatement) {
    order.sent({.what = expects::prepare, .cached = 7, .to = &first});
    order.sent({.what = expects::execute, .cached = 7, .to = &first});
    order.sent({.what = expects::sync, .completes = true, .to = &first});
    const auto said = on(result_kind::error);
    EXPECT_EQ(said.what, fate::prepare_failed);
    EXPECT_EQ(said.cached, 7u);
    on(result_kind::end);
    EXPECT_EQ(on(result_kind::aborted).what, fate::fail);
}

TEST_F(Pipeline, AFailedCommitIsAnErrorOfItsUnit) {
    send(&first);
    EXPECT_EQ(on(result_kind::ok).what, fate::keep);
    on(result_kind::end);
    const auto said = on(result_kind::error);  // e.g. a deferred constraint
    EXPECT_EQ(said.what, fate::fail);
    EXPECT_EQ(said.to, &first);
    on(result_kind::end);
    EXPECT_TRUE(on(result_kind::sync).finished);
}

TEST_F(Pipeline, AReadOfABatchIsServedBeforeTheSync) {
    order.sent({.what = expects::execute, .completes = true, .to = &first});
    order.sent({.what = expects::execute, .completes = true, .to = &second});
    order.sent({.what = expects::sync});
    on(result_kind::ok);
    EXPECT_EQ(on(result_kind::end).to, &first);
    on(result_kind::ok);
    EXPECT_TRUE(on(result_kind::end).finished);
    EXPECT_FALSE(on(result_kind::sync).finished);
}

TEST_F(Pipeline, WhatNobodyAskedForIsConfusion) {
    EXPECT_EQ(on(result_kind::ok).what, fate::confused);
    send(&first);
    EXPECT_EQ(on(result_kind::sync).what, fate::confused);
    EXPECT_EQ(on(result_kind::end).what, fate::confused);
}

TEST_F(Pipeline, ClearingNamesEveryWaiterStillDue) {
    const auto at = send(&first);
    send(&second);
    order.abandon(at, at + 1);
    int called = 0;
    order.clear([&](operation& each) {
        EXPECT_EQ(&each, &second);
        ++called;
    });
    EXPECT_EQ(called, 2);
    EXPECT_TRUE(order.empty());
    EXPECT_EQ(order.pending(), 0u);
    EXPECT_EQ(send(&first), order.head());  // positions never come back
    EXPECT_EQ(order.head(), at + 4);
}

}  // namespace
}  // namespace headroom::persistence::detail
