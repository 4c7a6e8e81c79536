#include "headroom/testing/run.hpp"

#include <future>
#include <memory>
#include <stdexcept>

namespace headroom::testing {

std::vector<budget::lease> thread_budget::several(unsigned count) {
    std::vector<budget::lease> all;
    while (all.size() < count) all.push_back(one());
    return all;
}

void run(std::function<task<void>()> body, std::chrono::milliseconds bound) {
    test_reactor fresh;
    run_on(fresh, std::move(body), bound);
}

void run_on(reactor& where, std::function<task<void>()> body, std::chrono::milliseconds bound) {
    // Shared: after the bound we are gone and the body may still end.
    auto done = std::make_shared<std::promise<void>>();
    auto answer = done->get_future();
    where.spawn([done, body = std::move(body)]() -> task<void> {
        try {
            co_await body();
            done->set_value();
        } catch (...) {
            done->set_exception(std::current_exception());
        }
    });
    if (answer.wait_for(bound) == std::future_status::ready) return answer.get();
    where.stop();
    throw std::runtime_error("a coroutine under test did not end in time");
}

task<void> and_at_last(std::function<task<void>()> body, std::function<task<void>()> last) {
    std::exception_ptr failure;
    try {
        co_await body();
    } catch (...) {
        failure = std::current_exception();
    }
    co_await last();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace headroom::testing
