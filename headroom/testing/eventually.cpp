#include "headroom/testing/eventually.hpp"

#include <thread>

#include "headroom/runtime/reactor.hpp"

namespace headroom::testing {

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds bound) {
    const auto until = deadline::after(bound);
    while (!condition()) {
        if (until.passed()) return condition();
        std::this_thread::sleep_for(eventually_poll);
    }
    return true;
}

task<bool> eventually_on_reactor(std::function<bool()> condition,
                                 std::chrono::milliseconds bound) {
    const auto until = deadline::after(bound);
    while (!condition()) {
        if (until.passed()) co_return condition();
        co_await sleep_until(deadline::after(eventually_poll));
    }
    co_return true;
}

}  // namespace headroom::testing
