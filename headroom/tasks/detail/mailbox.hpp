// tasks/detail/mailbox.hpp: hands things to another reactor, many in one go.
//
// Whoever puts something in posts to the reactor only when the box was empty, so that a burst costs
// one post and one wake-up. Any thread may put; deliveries happen on the reactor, in order.
#pragma once
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "headroom/runtime/reactor.hpp"

namespace headroom::tasks::detail {

template <class Thing>
class mailbox {
public:
    using receiver = std::move_only_function<void(std::vector<Thing>)>;

    mailbox(reactor& to, receiver deliver)
        : in_(std::make_shared<inside>(to, std::move(deliver))) {}
    /// On the reactor, or when it does not run any more: nothing is delivered afterwards.
    ~mailbox() { in_->deliver = nullptr; }
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;

    void put(Thing one) {
        bool first = false;
        {
            const std::lock_guard lock(in_->mutex);
            first = in_->waiting.empty();
            in_->waiting.push_back(std::move(one));
        }
        if (first) post();
    }
    void put_all(std::vector<Thing> many) {
        if (many.empty()) return;
        bool first = false;
        {
            const std::lock_guard lock(in_->mutex);
            first = in_->waiting.empty();
            if (first)
                in_->waiting = std::move(many);
            else
                std::ranges::move(many, std::back_inserter(in_->waiting));
        }
        if (first) post();
    }

private:
    struct inside {
        inside(reactor& on, receiver how) : to(on), deliver(std::move(how)) {}
        reactor& to;
        receiver deliver;  // on the reactor only
        std::mutex mutex;
        std::vector<Thing> waiting;  // guarded by mutex
    };

    void post() {
        boost::asio::post(in_->to.get_executor(), [in = in_] {
            std::vector<Thing> all;
            {
                const std::lock_guard lock(in->mutex);
                all.swap(in->waiting);
            }
            if (in->deliver) in->deliver(std::move(all));
        });
    }

    const std::shared_ptr<inside> in_;
};

}  // namespace headroom::tasks::detail
