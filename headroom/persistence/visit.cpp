#include "headroom/persistence/visit.hpp"

#include <algorithm>

#include "headroom/budget/book.hpp"
#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/door.hpp"

namespace headroom::persistence {
namespace {

budget::consumer row_of(std::string name, const char* resource, std::size_t units) {
    budget::consumer row;
    row.name = std::move(name);
    row.resource = resource;
    row.pool = static_cast<unsigned>(units);
    return row;
}

/// One target an address.
std::vector<connect_info> targets_of(const visit_terms& terms, deadline until) {
    const auto& to = terms.target;
    if (to.has_address()) return {to};
    BOOST_ASSERT_MSG(terms.names != nullptr, "a name needs a resolver");
    const auto found = terms.names->resolve(to.host, until);
    if (found.empty()) throw connection_lost(to.host + " has no address");
    std::vector<connect_info> all(found.size(), to);
    for (std::size_t i = 0; i < found.size(); ++i) all[i].hostaddr = found[i];
    return all;
}

budget::lease only_unit(budget::grant& of) {
    auto unit = of.take();
    BOOST_ASSERT_MSG(unit.has_value(), "a visit plans what it takes");
    return std::move(*unit);
}

/// An address at which no server answered, and why it is thought so.
struct nobody_answered {
    std::exception_ptr why;
};

/// The budget of a visit and what it opens, in the order in which it is to be closed again.
class visitor {
public:
    visitor(const visit_terms& terms, std::vector<connect_info> targets)
        : terms_(terms), targets_(std::move(targets)) {
        for (const auto* each : {"threads", "postgres"}) book_.declare(budget::resource{each, {}});
        book_.declare(row_of("visit.reactor", "threads", 1));
        // An attempt that was given up keeps its unit until the server's end of it is known.
        book_.declare(row_of(terms.consumer, "postgres", targets_.size()));
        connections_ = book_.take(terms.consumer).value();
        reactor_thread_ = book_.take("visit.reactor").value();
    }

    void run(const std::function<task<void>(connection&)>& body, deadline until) {
        goodbye_ = goodbye_within(until);
        const auto open_by = until.at_most(until.left() - goodbye_);
        reactor home("visit");
        home.start(only_unit(reactor_thread_));
        home.run_blocking([&] { return call_at_each(home, body, open_by); });
        home.stop();
    }

private:
    task<void> call_at_each(reactor& home, const std::function<task<void>(connection&)>& body,
                            deadline until) {
        auto left = static_cast<std::int64_t>(targets_.size());
        for (const auto& each : targets_) {
            std::exception_ptr failure;
            door way(each);
            try {
                co_return co_await call_at(home, way, body, until.at_most(until.left() / left--));
            } catch (const nobody_answered& silent) {
                failure = silent.why;
            }
            if (left == 0 || until.passed()) std::rethrow_exception(failure);
        }
    }

    /// Throws nobody_answered unless a server answered, were it with an error.
    task<void> call_at(reactor& home, door& way, const std::function<task<void>(connection&)>& body,
                       deadline open_by) {
        bool open = false;
        try {
            co_await with_connection(
                home, way, connections_, options(),
                [&](connection& on) {
                    open = true;
                    return body(on);
                },
                open_by, goodbye_);
        } catch (const server_error&) {
            throw;
        } catch (const std::exception&) {
            if (open) throw;
            throw nobody_answered{std::current_exception()};
        }
    }

    connection_options options() const {
        connection_options made;
        made.application_name = terms_.application_name;
        made.start_up = terms_.start_up;
        made.statement_cache_max = 0;
        return made;
    }

    const visit_terms& terms_;
    const std::vector<connect_info> targets_;
    budget::book book_;
    budget::grant connections_, reactor_thread_;
    std::chrono::milliseconds goodbye_ = goodbye_ms_max;
};

}  // namespace

std::chrono::milliseconds goodbye_within(deadline until) {
    return std::min(goodbye_ms_max, until.left() / 4);
}

task<void> with_connection(reactor& home, door& way, budget::grant& share,
                           connection_options options, std::function<task<void>(connection&)> body,
                           deadline open_by, std::chrono::milliseconds goodbye) {
    auto unit = share.take();
    if (!unit) throw budget::refused(std::move(unit.error()));
    co_await with_connection(home, way, share, std::move(*unit), std::move(options),
                             std::move(body), open_by, goodbye);
}

task<void> with_connection(reactor& home, door& way, budget::grant& share, budget::lease unit,
                           connection_options options, std::function<task<void>(connection&)> body,
                           deadline open_by, std::chrono::milliseconds goodbye) {
    connection on(home, std::move(unit), std::move(options));
    std::exception_ptr failure;
    try {
        co_await way.open(on, open_by);
        co_await body(on);
    } catch (...) {
        failure = std::current_exception();
    }
    const auto gone_by = deadline::after(goodbye);
    co_await on.close(gone_by);
    if (share.held() > 0) co_await closing_room::of(home).settle(share.agreed().consumer, gone_by);
    if (failure) std::rethrow_exception(failure);
}

void visit(const visit_terms& terms, const std::function<task<void>(connection&)>& body,
           deadline until) {
    visitor(terms, targets_of(terms, until)).run(body, until);
}

}  // namespace headroom::persistence
