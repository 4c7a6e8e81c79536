#include "headroom/persistence/connection_fixture.hpp"

namespace headroom::persistence {
namespace {

using testing::eventually_on_reactor;

constexpr statement echo{"select $1::int4"};

class ResultBound : public connection_fixture,
                    public ::testing::WithParamInterface<testing::route> {
protected:
    static constexpr statement rows_of_1000{"select repeat('x', 1000) from generate_series(1, $1)"};
    static constexpr std::size_t bytes_max = 1 << 20;

    task<std::unique_ptr<connection>> bounded() {
        auto made = make({.result_bytes_max = bytes_max});
        const auto url = server().url(testing::private_postgres::superuser, "postgres", GetParam());
        co_await made->open(parse_connect_info(url).value(), soon());
        co_return made;
    }
};

INSTANTIATE_TEST_SUITE_P(ByRoute, ResultBound,
                         ::testing::Values(testing::route::socket, testing::route::loopback));

TEST_P(ResultBound, ARunawayResultIsRefusedByNameAndEndsItsConnection) {
    inside([&]() -> task<void> {
        auto on = co_await bounded();
        std::string neighbour;
        spawn([&]() -> task<void> {
            neighbour = co_await code_of(on->run(echo, parameters::of(1), soon()));
        });
        try {
            co_await on->run(rows_of_1000, parameters::of(50'000), soon());
            ADD_FAILURE() << "50 MB were kept";
        } catch (const result_too_large& refusal) {
            EXPECT_EQ(refusal.bytes_max(), bytes_max);
            EXPECT_TRUE(std::string_view(refusal.what()).contains("1048576"));
            EXPECT_TRUE(std::string_view(refusal.what()).contains(rows_of_1000.text()));
        }
        EXPECT_EQ(on->is(), connection::state::lost);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return neighbour == "lost"; }));
    });
}

TEST_P(ResultBound, IsOfOneResultAndNotOfTheirSum) {
    inside([&]() -> task<void> {
        auto on = co_await bounded();
        for (int i = 0; i < 20; ++i) {
            const auto answer = co_await on->run(rows_of_1000, parameters::of(800), soon());
            EXPECT_EQ(answer.size(), 800);
        }
        const step four[] = {{&rows_of_1000, parameters::of(800)},
                             {&rows_of_1000, parameters::of(800)},
                             {&rows_of_1000, parameters::of(800)},
                             {&rows_of_1000, parameters::of(800)}};
        EXPECT_EQ((co_await on->run_unit(four, soon())).size(), 4u);
        EXPECT_EQ(on->is(), connection::state::ready);
    });
}

TEST_P(ResultBound, OfAUnitNamesTheStepThatWasTooLarge) {
    inside([&]() -> task<void> {
        auto on = co_await bounded();
        const step two[] = {{&echo, parameters::of(1)}, {&rows_of_1000, parameters::of(50'000)}};
        try {
            co_await on->run_unit(two, soon());
            ADD_FAILURE() << "50 MB were kept";
        } catch (const result_too_large& refusal) {
            EXPECT_TRUE(std::string_view(refusal.what()).contains(rows_of_1000.text()));
        }
    });
}

}  // namespace
}  // namespace headroom::persistence
