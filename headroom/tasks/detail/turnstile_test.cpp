#include "headroom/tasks/detail/turnstile.hpp"

#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::command;

class Turnstile : public tasks_fixture {
protected:
    const queue_keys keys{"taskiq"};

    static gate_table nine_at_a_time() {
        gate_table made;
        made.add(0, "demo:a", {.concurrent = 9}, queue_keys("taskiq"));
        return made;
    }
    /// One more entry, delivered to us.
    task<arrival> delivered(const turnstile& to) {
        co_await mux->run(command("XADD", keys.stream, "*", "data", ""), soon());
        const auto said = co_await mux->run(
            command("XREADGROUP", "GROUP", "taskiq", "hr:w", "STREAMS", keys.stream, ">"), soon());
        const auto entry = entry_id::parse(said[1][0][0].text()).value();
        co_return arrival{0, {entry, 1}, "id", to.gates().of(0, "demo:a")};
    }
    task<std::int64_t> slots() {
        co_return co_await number(command("ZCARD", keys.limit("demo:a").slots));
    }
    void with_turnstile(std::function<task<void>(turnstile&)> body) {
        inside([&]() -> task<void> {
            co_await mux->run(command("XGROUP", "CREATE", keys.stream, "taskiq", "0", "MKSTREAM"),
                              soon());
            turnstile with(*mux, nine_at_a_time(), {keys}, {"taskiq", "hr:w", 15s});
            co_await body(with);
        });
    }
};

TEST_F(Turnstile, KeepsTheSlotsOfThoseInside) {
    with_turnstile([&](turnstile& with) -> task<void> {
        const auto one = co_await delivered(with);
        EXPECT_EQ(co_await with.enter(one, soon()), turnstile::verdict::in);
        co_await number(command("DEL", keys.limit("demo:a").slots));
        co_await with.keep(soon());
        EXPECT_EQ(co_await slots(), 1);
    });
}

// The server does not know the script that keeps slots, but the one that gives them back: the
// first is sent twice, and what leaves meanwhile has left before it is kept.
TEST_F(Turnstile, WhoLeavesWhileItsSlotIsKeptIsNotPutBack) {
    with_turnstile([&](turnstile& with) -> task<void> {
        const auto first = co_await delivered(with), one = co_await delivered(with);
        for (const auto& each : {first, one})
            EXPECT_EQ(co_await with.enter(each, soon()), turnstile::verdict::in);
        (void)co_await with.leave(first, soon());
        EXPECT_EQ(co_await slots(), 1);
        bool kept = false;
        reactor::current()->spawn([&]() -> task<void> {
            co_await with.keep(soon());
            kept = true;
        });
        co_await yield_now();  // it has asked, and not been answered
        (void)co_await with.leave(one, soon());
        EXPECT_FALSE(kept) << "or the order that this is about has not come about";
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return kept; }));
        EXPECT_EQ(co_await slots(), 0);
    });
}

}  // namespace
}  // namespace headroom::tasks::detail
