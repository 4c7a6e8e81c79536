// testing/detail/proxy_loop.hpp: what a fault proxy's thread does all day.
#pragma once
#include <deque>
#include <functional>
#include <future>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "headroom/testing/detail/proxied.hpp"

namespace headroom::testing::detail {

/// Polls its sockets and follows orders. Everything but order() belongs to the thread in run().
class proxy_loop {
public:
    static constexpr std::size_t connections_max = 1'024;  ///< at once; one more is reset

    explicit proxy_loop(std::string upstream);
    ~proxy_loop();
    proxy_loop(const proxy_loop&) = delete;
    proxy_loop& operator=(const proxy_loop&) = delete;

    void run();
    /// Has `what` carried out on the loop's thread and waits for it. From any other thread.
    void order(std::function<void(proxy_loop&)> what);

    void conduct_all(conduct how);
    void break_all();
    void with(unsigned number, const std::function<void(proxied&)>& what);
    void listen();
    void hang_up();
    void stop() noexcept { stopping_ = true; }
    std::vector<unsigned> numbers() const;
    unsigned accepted() const noexcept { return accepted_; }

    const unsigned short port;

private:
    std::vector<pollfd> interests(flow::clock::time_point now) const;
    int patience(flow::clock::time_point now) const;
    void follow_orders(const pollfd& wake);
    void move_bytes(const std::vector<pollfd>& polled);
    void accept();
    void remove_finished();

    const std::string upstream_;
    const int wake_;
    int listener_ = -1;
    std::list<proxied> connections_;
    conduct default_;
    unsigned accepted_ = 0;
    bool stopping_ = false;
    std::mutex mutex_;
    std::deque<std::packaged_task<void(proxy_loop&)>> orders_;  // guarded by mutex_
};

}  // namespace headroom::testing::detail
