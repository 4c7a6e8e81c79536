#include "headroom/persistence/rows.hpp"

#include <algorithm>
#include <limits>
#include <random>

#include "headroom/persistence/connection_fixture.hpp"

namespace headroom::persistence {
namespace {

/// Values go to the server as parameters and come back as columns.
class Rows : public connection_fixture {
protected:
    static constexpr int cases = 300;
    std::mt19937_64 random{20240611};  // the same cases every time

    std::string text(std::size_t bytes_max) {
        static constexpr std::string_view pieces[] = {"a", "'", "\\", "é",
                                                      "\n", "𝄞", "\"", "{"};
        std::string made;
        for (auto left = random() % (bytes_max + 1); left > 4; left -= 4)
            made += pieces[random() % std::size(pieces)];
        return made;
    }
    std::vector<std::byte> bytes() {
        std::vector<std::byte> made(random() % 100);
        for (auto& each : made) each = static_cast<std::byte>(random());
        return made;
    }
    /// Sends `value`, or NULL, and expects it back.
    template <class T>
    task<void> expect_back(connection& on, const statement& back, T value) {
        const auto answer = co_await on.run(back, parameters::of(value), soon());
        EXPECT_EQ(answer.template one<T>(), value);
        const auto none = co_await on.run(back, parameters::of(std::optional<T>()), soon());
        EXPECT_EQ(none[0].template get<std::optional<T>>(0), std::nullopt);
        EXPECT_TRUE(none[0].is_null(0));
    }
    template <class T>
    task<void> expect_unreadable(connection& on, const statement& text) {
        const auto answer = co_await on.run(text, {}, soon());
        EXPECT_THROW((void)answer[0].get<T>(0), unexpected_result);
    }
};

TEST_F(Rows, EveryTypeComesBackAsItWasSent) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        for (int i = 0; i < cases; ++i) {
            const auto bits = random();
            co_await expect_back(*on, "select $1::bool", bits % 2 == 0);
            co_await expect_back(*on, "select $1::int2", static_cast<std::int16_t>(bits));
            co_await expect_back(*on, "select $1::int4", static_cast<std::int32_t>(bits));
            co_await expect_back(*on, "select $1::int8", static_cast<std::int64_t>(bits));
            co_await expect_back(*on, "select $1::text", text(200));
            co_await expect_back(*on, "select $1::float8", static_cast<double>(bits) / 3);
        }
    });
}

TEST_F(Rows, ArraysArriveElementByElement) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const std::string raw("a\0b", 3);
        const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(raw.data()), 3);
        const uuid id{{1, 2, 3}};
        const auto both = parameters::of(
            std::span<const uuid>({id, uuid{}}), std::span<const std::string_view>({"é", ""}),
            std::span<const jsonb>({{"{\"a\": 1}"}, {"[]"}}),
            std::span<const std::span<const std::byte>>({bytes, {}}));
        const auto answer = co_await on->run(
            "select * from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::bytea[])", both, soon());
        EXPECT_EQ(answer.size(), 2);
        EXPECT_EQ(answer[0].get<uuid>(0), id);
        EXPECT_EQ(answer[0].get<std::string_view>(1), "é");
        EXPECT_EQ(answer[0].get<jsonb>(2).text, "{\"a\": 1}");
        EXPECT_TRUE(std::ranges::equal(answer[0].get<std::span<const std::byte>>(3), bytes));
        EXPECT_EQ(answer[1].get<std::string_view>(1), "");
        EXPECT_TRUE(answer[1].get<std::span<const std::byte>>(3).empty());
        const auto none = parameters::of(std::span<const uuid>());
        const auto count = co_await on->run("select cardinality($1::uuid[])", none, soon());
        EXPECT_EQ(count.one<std::int32_t>(), 0);
    });
}

TEST_F(Rows, SoDoTheLessCommonOnes) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        for (int i = 0; i < cases; ++i) {
            uuid id;
            for (auto& each : id.bytes) each = static_cast<std::uint8_t>(random());
            co_await expect_back(*on, "select $1::uuid", id);
            const std::chrono::microseconds since(random() % 4'000'000'000'000'000);
            co_await expect_back(*on, "select $1::timestamptz", timestamp(since - 600'000h));
            const jsonb document{"[" + std::to_string(i) + ", \"é\"]"};
            co_await expect_back(*on, "select $1::jsonb", document);
            const auto sent = bytes();
            const auto answer = co_await on->run("select $1::bytea",
                                                 parameters::of(std::span<const std::byte>(sent)),
                                                 soon());
            EXPECT_EQ(answer.one<std::vector<std::byte>>(), sent);
        }
    });
}

TEST_F(Rows, ArraysComeBackEmptyOnesToo) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        for (std::size_t size : {0u, 1u, 7u, 200u}) {
            std::vector<std::string> names;
            for (std::size_t i = 0; i < size; ++i) names.push_back(text(40));
            const std::span<const std::string> sent(names);
            const auto answer = co_await on->run("select $1::text[]", parameters::of(sent), soon());
            EXPECT_EQ(answer.one<std::vector<std::string>>(), names);
            const std::vector<std::int64_t> numbers(size, 5);
            const auto sum = co_await on->run(
                "select coalesce(sum(each), 0)::int8 from unnest($1::int8[]) each",
                parameters::of(std::span<const std::int64_t>(numbers)), soon());
            EXPECT_EQ(sum.one<std::int64_t>(), static_cast<std::int64_t>(5 * size));
        }
    });
}

TEST_F(Rows, ExtremesComeBackToo) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        co_await expect_back(*on, "select $1::int8", std::numeric_limits<std::int64_t>::min());
        co_await expect_back(*on, "select $1::int8", std::numeric_limits<std::int64_t>::max());
        co_await expect_back(*on, "select $1::float8", std::numeric_limits<double>::infinity());
        co_await expect_back(*on, "select $1::float8", std::numeric_limits<double>::denorm_min());
        co_await expect_back(*on, "select $1::text", std::string());
        co_await expect_back(*on, "select $1::timestamptz", timestamp());
    });
}

TEST_F(Rows, IntegersWidenAndNeverNarrow) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const auto small = co_await on->run("select 7::int2", {}, soon());
        EXPECT_EQ(small.one<std::int64_t>(), 7);
        co_await expect_unreadable<std::int32_t>(*on, "select 7::int8");
        co_await expect_unreadable<std::int16_t>(*on, "select 7::int4");
    });
}

TEST_F(Rows, AnotherTypeIsNotGuessedAt) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        co_await expect_unreadable<std::int64_t>(*on, "select '7'::text");
        co_await expect_unreadable<std::string>(*on, "select 7");
        co_await expect_unreadable<bool>(*on, "select 1");
        co_await expect_unreadable<uuid>(*on, "select 'x'::text");
        co_await expect_unreadable<timestamp>(*on, "select 'infinity'::timestamptz");
        co_await expect_unreadable<std::vector<std::string>>(*on, "select array[null]::text[]");
        co_await expect_unreadable<std::vector<std::string>>(*on, "select '{{a},{b}}'::text[]");
        co_await expect_unreadable<std::int32_t>(*on, "select null::int4");
    });
}

TEST_F(Rows, EnumsReadAsText) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        co_await on->run("create type pg_temp.mood as enum ('glad')", {}, soon());
        EXPECT_EQ((co_await on->run("select 'glad'::pg_temp.mood", {}, soon())).one<std::string>(),
                  "glad");
    });
}

TEST_F(Rows, AWrongCountIsAnError) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const auto two = co_await on->run("values (1), (2)", {}, soon());
        EXPECT_THROW((void)two.one<std::int32_t>(), unexpected_result);
        EXPECT_THROW((void)two.optional<std::int32_t>(), unexpected_result);
        EXPECT_EQ(two.all<std::int32_t>(), (std::vector<std::int32_t>{1, 2}));
        EXPECT_THROW((void)two[2], unexpected_result);
        EXPECT_THROW((void)two[0].get<std::int32_t>(1), unexpected_result);
        EXPECT_THROW((void)two.column_name(9), unexpected_result);
        EXPECT_EQ(two.column_name(0), "column1");
    });
}

TEST_F(Rows, ARowIsMadeIntoAValueOfItsOwn) {
    struct person {
        std::string name;
        std::int32_t age;
        static person from(const row& each) {
            return person{each.get<std::string>(0), each.get<std::int32_t>(1)};
        }
    };
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const auto ann = (co_await on->run("select 'Ann', 30", {}, soon())).one<person>();
        EXPECT_EQ(ann.name, "Ann");
        EXPECT_EQ(ann.age, 30);
    });
}

TEST_F(Rows, TheSameTextTakesAnotherTypeTheNextTime) {
    inside([&]() -> task<void> {
        static constexpr statement any{"select pg_typeof($1)::text"};
        auto on = co_await opened();
        const auto narrow = co_await on->run(any, parameters::of(1), soon());
        const auto wide = co_await on->run(any, parameters::of(std::int64_t(1)), soon());
        EXPECT_EQ(narrow.one<std::string>(), "integer");
        EXPECT_EQ(wide.one<std::string>(), "bigint");
    });
}

TEST(Parameters, AreBoundedInNumberAndSize) {
    parameters list;
    for (std::size_t i = 0; i < parameters::count_max; ++i) list.add(1);
    EXPECT_THROW(list.add(1), std::length_error);
    EXPECT_THROW(list.add(std::nullopt), std::length_error);
    const std::string large(parameters::bytes_max, 'x');
    EXPECT_THROW(parameters::of(large), std::length_error);
    EXPECT_THROW(parameters::of(jsonb{large}), std::length_error);
    EXPECT_THROW(parameters::of(std::span<const std::string>(&large, 1)), std::length_error);
}

TEST(Parameters, RefuseTextThatPostgresCannotHold) {
    EXPECT_THROW(parameters::of(std::string_view("a\0b", 3)), std::invalid_argument);
}

TEST(Parameters, RefuseATimeBeyondPostgresRange) {
    EXPECT_THROW(parameters::of(timestamp::min()), std::out_of_range);
}

}  // namespace
}  // namespace headroom::persistence
