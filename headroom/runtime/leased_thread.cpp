#include "headroom/runtime/leased_thread.hpp"

#include <pthread.h>
#include <signal.h>

namespace headroom {

leased_thread::leased_thread(budget::lease unit, std::string name,
                             std::move_only_function<void()> body)
    : unit_(std::move(unit)) {
    BOOST_ASSERT_MSG(unit_, "a thread starts from a lease");
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited by the new thread
    thread_ = std::thread([label = name.substr(0, 15), run = std::move(body)]() mutable {
        pthread_setname_np(pthread_self(), label.c_str());
        run();
    });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void leased_thread::join() {
    if (thread_.joinable()) thread_.join();
    unit_ = {};
}

}  // namespace headroom
