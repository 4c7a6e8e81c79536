// bench/typed.cpp: what a typed endpoint costs beside one written by hand, without sockets.
//
//     bench_typed [--json] [--rounds N] [--ms N]
//
// Both read the path, the query and a body of two members, and answer two members; by hand that is
// Boost.JSON's values and nothing checked that is not used. Nanoseconds of processor time.
#include <boost/json.hpp>
#include <ctime>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "headroom/http/typed/api.hpp"
#include "headroom/runtime/exact_json.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using namespace headroom::http;
namespace json = boost::json;

struct sent {
    std::string name;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(sent, (), (name, count))

struct told {
    std::string name, shop;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(told, (), (name, shop, count))

int limit_of(const request& of) {
    const auto text = of.query_value("limit");
    return text ? std::stoi(*text) : 20;
}

task<response> get_by_hand(request& of) {
    json::object made{{"name", "x"}, {"shop", of.parameter("shop")}, {"count", limit_of(of)}};
    co_return response::json(json::serialize(made));
}
task<response> post_by_hand(request& of) {
    json::error_code broken;
    const auto body = read_exactly(of.body, {}, broken);
    if (broken) co_return problem{400, "The body is not JSON."};
    json::object made{{"name", body.at("name")},
                      {"shop", of.parameter("shop")},
                      {"count", body.at("count")}};
    co_return response::json(json::serialize(made));
}

using shop_name = typed::path<"shop">;
task<told> get_typed(shop_name shop,
                     typed::query<"limit", typed::or_else<typed::bounded<int, 1, 100>, 20>> limit) {
    co_return told{"x", *shop, limit.is.is};
}
task<told> post_typed(shop_name shop, typed::body<sent> of) {
    co_return told{of->name, *shop, of->count};
}

constexpr field json_type[] = {{"Content-Type", "application/json"}};

struct measured {
    bool json = false;
    unsigned rounds = 5;
    std::chrono::milliseconds each{300};  ///< one measurement
};

/// Nanoseconds a request.
double cost(const router& of, method verb, std::string_view path, std::chrono::milliseconds each) {
    double spent = 0;
    int requests = 0;
    testing::run([&]() -> task<void> {
        budget::holder who;
        request one(who, deadline::after(std::chrono::hours(1)));
        one.method = verb;
        one.raw_path = path;
        one.query = "limit=30";
        one.headers = fields(json_type);
        const auto begun = std::clock();
        const auto enough = std::chrono::duration<double>(each).count();
        for (; spent < enough; ++requests) {
            one.body = R"({"name":"something","count":12345})";
            const auto answer = co_await of.handle(one);
            if (answer.status() != 200) throw std::runtime_error("a request was refused");
            if (requests % 1024 == 0)
                spent = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
        }
    });
    return spent / requests * 1e9;
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = bench::read_arguments<measured>(argc, argv);
    router table;
    table.get("/hand/{shop}", get_by_hand).post("/hand/{shop}", post_by_hand);
    typed::api(table).get<"/typed/{shop}">(get_typed).post<"/typed/{shop}">(post_typed);
    std::map<std::string, std::vector<double>> samples;
    for (unsigned round = 0; round < with.rounds; ++round)
        for (const auto& [name, verb] : {std::pair("get", method::get), {"post", method::post}})
            for (const auto* how : {"hand", "typed"})
                samples[fmt::format("{}_{}_ns", name, how)].push_back(
                    cost(table, verb, fmt::format("/{}/x", how), with.each));
    std::map<std::string, double> figures;
    for (auto& [name, all] : samples) figures[name] = bench::median(std::move(all));
    bench::print("typed", figures, with.json);
}
