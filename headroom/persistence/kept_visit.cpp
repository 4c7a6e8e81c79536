#include "headroom/persistence/kept_visit.hpp"

#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/detail/visit_home.hpp"
#include "headroom/persistence/door.hpp"

namespace headroom::persistence {

struct kept_visit::body {
    body(const visit_terms& terms, deadline until) : of(terms), at(terms, until) {}

    connection_options options() const {
        connection_options made;
        made.application_name = of.application_name;
        made.start_up = of.start_up;
        made.statement_cache_max = 0;
        return made;
    }

    task<void> open_at(const connect_info& target, deadline until) {
        door way(target);
        auto fresh = std::make_unique<connection>(at.home(), at.unit(), options());
        co_await way.open(*fresh, until);  // one that fails goes on closing in the background
        on = std::move(fresh);
    }

    /// The next address only when nobody answered at this one.
    task<void> open_at_each(deadline until) {
        auto left = static_cast<std::int64_t>(at.targets().size());
        for (const auto& each : at.targets()) {
            try {
                co_return co_await open_at(each, until.at_most(until.left() / left--));
            } catch (const server_error&) {
                throw;
            } catch (const std::exception&) {
                if (left == 0 || until.passed()) throw;
            }
        }
    }

    task<void> call(const std::function<task<void>(connection&)>& what, deadline open_by) {
        if (!on) co_await open_at_each(open_by);
        std::exception_ptr failure;
        try {
            co_await what(*on);
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure) co_return;
        on.reset();  // closes in the background
        std::rethrow_exception(failure);
    }

    task<void> leave(deadline gone_by) {
        if (on) co_await on->close(gone_by);
        on.reset();
        if (at.held() > 0) co_await closing_room::of(at.home()).settle(of.consumer, gone_by);
    }

    const visit_terms& of;
    detail::visit_home at;
    std::unique_ptr<connection> on;
};

kept_visit::kept_visit(visit_terms terms, std::chrono::milliseconds goodbye)
    : terms_(std::move(terms)), goodbye_(goodbye) {}

kept_visit::~kept_visit() {
    if (!body_) return;
    body_->at.home().run_blocking([&] { return body_->leave(deadline::after(goodbye_)); });
}

void kept_visit::call(const std::function<task<void>(connection&)>& what, deadline open_by) {
    if (body_ && !body_->on) {
        BOOST_ASSERT_MSG(gone(), "the end of a connection is known before the next is opened");
        body_.reset();
    }
    if (!body_) body_ = std::make_unique<body>(terms_, open_by);
    body_->at.home().run_blocking([&] { return body_->call(what, open_by); });
}

bool kept_visit::gone() const { return !body_ || body_->at.held() == 0; }

}  // namespace headroom::persistence
