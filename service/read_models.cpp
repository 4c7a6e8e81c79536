#include "service/read_models.hpp"

#include "service/whole_number.hpp"

namespace headroom::service {
namespace {

using eventsourcing::log_position;

constexpr std::chrono::milliseconds poll_ms{20};      // where another process projects
constexpr std::chrono::milliseconds look_ms_max{200};  // one of these looks

constexpr persistence::statement select_position(
    "select position from headroom_checkpoints where projection = $1"
    " order by version desc limit 1");

log_position asked_by(std::string_view text) {
    const auto at = whole_number<log_position>(text);
    if (!at)
        throw http::failed(
            http::problem{400, "Headroom-Position must be the position of an earlier answer."});
    return *at;
}

}  // namespace

deadline wait_until(const http::request& of, std::chrono::milliseconds at_most) {
    const auto left = of.until.left();
    return deadline::after(std::min(at_most, left > answer_ms_left ? left - answer_ms_left
                                                                   : std::chrono::milliseconds(0)));
}

task<std::optional<log_position>> read_models::position_of(std::string projection,
                                                           deadline until) {
    try {
        const auto found = co_await db_.lanes().reads().send(
            std::nullopt, select_position, persistence::parameters::of(projection), until);
        co_return found.empty() ? 0 : found[0].get<std::int64_t>(0);
    } catch (const persistence::deadline_passed&) {
    } catch (const persistence::connection_lost&) {
    } catch (const persistence::server_error&) {
    } catch (const budget::refused&) {
    }
    co_return std::nullopt;
}

task<bool> read_models::reached(log_position at, std::string projection, deadline until) {
    if (events_.runs()) co_return co_await events_.all().wait_for(at, projection, until);
    while (co_await position_of(projection, deadline::after(look_ms_max)) < at) {
        if (until.passed()) co_return false;
        co_await sleep_until(until.at_most(poll_ms));
    }
    co_return true;
}

task<http::problem> read_models::behind(log_position at, std::string projection,
                                        deadline::clock::time_point started, deadline until) {
    const auto waited = deadline::clock::now() - started;
    http::problem answer{503, "The read model is behind the position asked for.",
                         "/errors/read-model-behind"};
    answer.with("projection", projection)
        .with("asked_position", at)
        .with("waited_ms", std::chrono::duration_cast<std::chrono::milliseconds>(waited).count());
    if (const auto now = co_await position_of(std::move(projection), until))
        answer.with("position", *now);
    co_return answer;
}

task<log_position> read_models::caught_up(const http::request& of, std::string projection) {
    const auto header = of.headers.find(position_header);
    if (!header) co_return 0;
    const auto at = asked_by(*header);
    const auto started = deadline::clock::now();
    if (co_await reached(at, projection, wait_until(of, query_wait_ms_max))) co_return at;
    throw http::failed(co_await behind(at, std::move(projection), started, of.until));
}

}  // namespace headroom::service
