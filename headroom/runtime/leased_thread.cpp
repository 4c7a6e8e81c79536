#include "headroom/runtime/leased_thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>

namespace headroom {
namespace {

constexpr std::size_t visible_name_max = 15;  // more is refused by the system

// Blocks all signals for the thread that is started meanwhile, also when that fails.
class signals_blocked {
public:
    signals_blocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_;
};

}  // namespace

leased_thread::leased_thread(budget::lease unit, std::string name,
                             std::move_only_function<void()> body)
    : unit_(std::move(unit)) {
    BOOST_ASSERT_MSG(unit_, "a thread starts from a lease");
    signals_blocked inherited;
    name.resize(std::min(name.size(), visible_name_max));
    thread_ = std::thread([label = std::move(name), run = std::move(body)]() mutable {
        pthread_setname_np(pthread_self(), label.c_str());
        run();
    });
}

void leased_thread::join() {
    if (thread_.joinable()) thread_.join();
    unit_ = {};
}

}  // namespace headroom
