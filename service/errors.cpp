#include "service/errors.hpp"

#include "headroom/persistence/redis/error.hpp"

namespace headroom::service {
namespace {

http::response retry(http::problem why) {
    http::response answer(std::move(why));
    answer.with("Retry-After", "1");
    return answer;
}

http::response answer_to(const persistence::server_error& why) {
    namespace state = persistence::sqlstate;
    if (why.is(state::query_canceled))
        return http::problem{504, "The database did not answer in time."};
    // 57P: the server is going down or coming up; 08: the connection itself.
    const std::string_view code = why.sqlstate();
    if (why.is(state::too_many_connections) || why.is(state::read_only_transaction) ||
        code.starts_with("57P") || code.starts_with("08"))
        return retry({503, "The database cannot take this request now."});
    throw why;
}

}  // namespace

task<http::response> translate_errors::operator()(http::request& of, http::next onward) const {
    try {
        co_return co_await onward(of);
    } catch (const persistence::deadline_passed& why) {
        throw http::failed({504, "The database did not answer in time."}, why.what());
    } catch (const persistence::connection_lost& why) {
        http::problem answer{503, "The connection to the database was lost."};
        answer.with("may_have_run", why.may_have_run() ? "true" : "false");
        co_return retry(std::move(answer));
    } catch (const persistence::server_error& why) {
        co_return answer_to(why);
    } catch (const redis::server_error& why) {
        throw http::failed({503, "Redis cannot take this request now."}, why.what());
    }
}

}  // namespace headroom::service
