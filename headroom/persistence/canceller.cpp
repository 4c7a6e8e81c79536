#include "headroom/persistence/canceller.hpp"

#include <libpq-fe.h>

#include <array>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <memory>

#include "headroom/persistence/detail/answer_error.hpp"

namespace headroom::persistence {
namespace asio = boost::asio;
namespace {

using timer = asio::basic_waitable_timer<deadline::clock, asio::wait_traits<deadline::clock>,
                                         executor>;

// Shared by the coroutine, which may give up waiting, and the job, which may not.
struct request {
    ~request() { PQfreeCancel(what); }

    std::shared_ptr<void> among_all;  // goes after the unit
    PGcancel* what = nullptr;
    budget::lease unit;
    bool sent = false;         // read by the coroutine after `over`
    std::string failure;
    bool over = false;         // on the reactor only
    timer* watcher = nullptr;  // on the reactor only
};

void deliver(request& of) {
    std::array<char, 256> why{};
    of.sent = PQcancel(of.what, why.data(), static_cast<int>(why.size())) == 1;
    if (!of.sent) of.failure = detail::first_line(why.data());
    of.unit = {};
    of.among_all.reset();
}

struct attending {
    attending(request& of, timer& with) : whom(of) { of.watcher = &with; }
    ~attending() { whom.watcher = nullptr; }
    request& whom;
};

}  // namespace

canceller::canceller(worker_pool& system, budget::grant sockets)
    : system_(system), sockets_(std::move(sockets)) {
    std::promise<void> none_left;
    none_left_ = none_left.get_future();
    under_way_ = std::shared_ptr<void>(
        nullptr, [told = std::move(none_left)](void*) mutable { told.set_value(); });
}

canceller::~canceller() {
    under_way_.reset();
    none_left_.wait();
}

task<void> canceller::send(reactor& home, pg_conn* running, deadline until) {
    auto unit = sockets_.take();
    while (!unit && !until.passed()) {
        co_await sleep_until(until.at_most(turn_ms));
        unit = sockets_.take();
    }
    if (!unit) throw budget::refused(std::move(unit.error()));
    auto shared = std::make_shared<request>();
    shared->among_all = under_way_;
    shared->unit = std::move(*unit);
    shared->what = PQgetCancel(running);
    if (shared->what == nullptr) throw connection_lost("there is nothing to cancel");

    timer watch(home.get_executor(), until.at());
    const attending here(*shared, watch);
    auto posted = system_.post([shared, on = home.get_executor()] {
        deliver(*shared);
        asio::post(on, [shared] {
            shared->over = true;
            if (shared->watcher != nullptr) shared->watcher->cancel();
        });
    });
    if (!posted) throw budget::refused(std::move(posted.error()));
    boost::system::error_code ignored;
    co_await watch.async_wait(asio::redirect_error(use_task, ignored));
    if (!shared->over) throw deadline_passed("the cancel request was not delivered in time");
    if (!shared->sent) throw connection_lost(shared->failure);
}

}  // namespace headroom::persistence
