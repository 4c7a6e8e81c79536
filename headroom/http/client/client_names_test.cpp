// What becomes of requests that wait for a name while the one thread that looks names up is held.
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <condition_variable>
#include <mutex>
#include <set>

#include "headroom/http/client/client_fixture.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually_on_reactor;

/// Names that end with ".test": they mean the loopback, and while they are held whoever looks one
/// up waits. Thread-safe.
class made_up_names {
public:
    static made_up_names& all() {
        static made_up_names one;
        return one;
    }

    void hold() {
        const std::scoped_lock lock(mutex_);
        held_ = true;
        looked_up_.clear();
    }
    void release() {
        {
            const std::scoped_lock lock(mutex_);
            held_ = false;
        }
        wake_.notify_all();
    }
    void look_up(std::string_view name) {
        std::unique_lock lock(mutex_);
        looked_up_.emplace(name);
        wake_.wait(lock, [this] { return !held_; });
    }
    /// Since they were held, also those whose look-up has not ended.
    std::set<std::string> looked_up() const {
        const std::scoped_lock lock(mutex_);
        return looked_up_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::set<std::string> looked_up_;  // guarded by mutex_
    bool held_ = false;                // guarded by mutex_
};

/// Holds them, at most for as long as it lives: a thread that waits for a name ends with its test.
class held_names {
public:
    held_names() { all_.hold(); }
    ~held_names() { all_.release(); }
    held_names(const held_names&) = delete;
    held_names& operator=(const held_names&) = delete;

    void release() { all_.release(); }
    std::set<std::string> looked_up() const { return all_.looked_up(); }

private:
    made_up_names& all_ = made_up_names::all();
};

}  // namespace
}  // namespace headroom::http::detail

/// In the place of the system's, which every other name goes to.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
    using function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto the_systems = reinterpret_cast<function>(dlsym(RTLD_NEXT, "getaddrinfo"));
    const std::string_view asked(name != nullptr ? name : "");
    if (!asked.ends_with(".test")) return the_systems(name, service, hints, found);
    headroom::http::detail::made_up_names::all().look_up(asked);
    addrinfo numeric{};
    numeric.ai_socktype = SOCK_STREAM;
    numeric.ai_flags = AI_NUMERICHOST;
    return the_systems("127.0.0.1", service, &numeric, found);
}

namespace headroom::http::detail {
namespace {

class ClientNames : public client_fixture {
protected:
    client_request hello_at(const std::string& name) const {
        return get("http://" + name + ":" + std::to_string(port()) + "/hello");
    }
    /// A request whose caller leaves while it waits for its name.
    task<bool> is_cancelled(client& of, const std::string& name) const {
        boost::asio::cancellation_signal leave;
        bool ended = false;
        boost::asio::co_spawn(
            reactor::current()->get_executor(), outcome(of, hello_at(name)),
            boost::asio::bind_cancellation_slot(
                leave.slot(), [&ended](const std::exception_ptr& why, const std::string&) {
                    ended = why != nullptr;
                }));
        EXPECT_TRUE(
            co_await eventually_on_reactor([&] { return of.figures().under_way == 2; }));
        leave.emit(boost::asio::cancellation_type::terminal);
        co_return co_await eventually_on_reactor([&] { return ended; });
    }
};

TEST_F(ClientNames, NoneIsLookedUpForWhoHasGoneWhileItWaited) {
    start();
    std::string first;
    with_a_client([&](client& of) -> task<void> {
        held_names names;
        reactor::current()->spawn(
            [&]() -> task<void> { first = co_await outcome(of, hello_at("first.test")); });
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return names.looked_up().contains("first.test"); }));
        for (const auto* late : {"late-1.test", "late-2.test", "late-3.test"})
            EXPECT_EQ(co_await outcome(of, hello_at(late), deadline::after(20ms)), "overdue");
        EXPECT_TRUE(co_await is_cancelled(of, "left.test"));
        names.release();
        // Behind them in the thread's queue: theirs are done with before it is.
        EXPECT_EQ(co_await outcome(of, hello_at("last.test")), "200");
        EXPECT_EQ(names.looked_up(), (std::set<std::string>{"first.test", "last.test"}));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !first.empty(); }));
    });
}

TEST_F(ClientNames, ALookUpThatCallersHadNoTimeForSaysNothingOfTheServer) {
    start();
    with_client.breaking.failures_max = 1;
    with_a_client([&](client& of) -> task<void> {
        held_names names;
        for (int i = 0; i < 5; ++i)
            EXPECT_EQ(co_await outcome(of, hello_at("slow.test"), deadline::after(20ms)),
                      "overdue");
        names.release();
        EXPECT_EQ(co_await outcome(of, hello_at("slow.test")), "200") << "no breaker is open";
    });
}

}  // namespace
}  // namespace headroom::http::detail
