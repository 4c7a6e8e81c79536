#include "headroom/persistence/visit.hpp"

#include "headroom/budget/book.hpp"
#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/door.hpp"

namespace headroom::persistence {
namespace {

constexpr std::chrono::milliseconds goodbye_ms_max{500};

budget::consumer one_of(std::string name, const char* resource) {
    budget::consumer row;
    row.name = std::move(name);
    row.resource = resource;
    row.pool = 1;
    return row;
}

budget::lease only_unit(budget::grant& of) {
    auto unit = of.take();
    BOOST_ASSERT_MSG(unit.has_value(), "a visit plans what it takes");
    return std::move(*unit);
}

/// The budget of a visit and what it opens, in the order in which it is to be closed again.
class visitor {
public:
    explicit visitor(const visit_terms& terms) : terms_(terms) {
        for (const auto* each : {"threads", "postgres"}) book_.declare(budget::resource{each, {}});
        for (const auto* each : {"visit.reactor", "visit.system_pool"})
            book_.declare(one_of(each, "threads"));
        book_.declare(one_of(terms.consumer, "postgres"));
        connections_ = book_.take(terms.consumer).value();
        reactor_thread_ = book_.take("visit.reactor").value();
        system_thread_ = book_.take("visit.system_pool").value();
    }

    void run(const std::function<task<void>(connection&)>& body, deadline until) {
        std::vector<budget::lease> threads;
        threads.push_back(only_unit(system_thread_));
        worker_pool names("visit.system_pool", std::move(threads));
        reactor home("visit");
        home.start(only_unit(reactor_thread_));
        door way(terms_.target, &names);
        home.run_blocking([&]() -> task<void> {
            co_await with_connection(home, way, connections_, options(), body, until);
        });
        home.stop();
        names.stop();
    }

private:
    connection_options options() const {
        connection_options made;
        made.application_name = terms_.application_name;
        made.statement_cache_max = 0;
        return made;
    }

    const visit_terms& terms_;
    budget::book book_;
    budget::grant connections_, reactor_thread_, system_thread_;
};

}  // namespace

task<void> with_connection(reactor& home, door& way, budget::grant& share,
                           connection_options options, std::function<task<void>(connection&)> body,
                           deadline open_by) {
    auto unit = share.take();
    if (!unit) throw budget::refused(std::move(unit.error()));
    connection on(home, std::move(*unit), std::move(options));
    std::exception_ptr failure;
    try {
        co_await way.open(on, open_by);
        co_await body(on);
    } catch (...) {
        failure = std::current_exception();
    }
    const auto goodbye = deadline::after(goodbye_ms_max);
    co_await on.close(goodbye);
    if (share.held() > 0) co_await closing_room::of(home).settle(share.agreed().consumer, goodbye);
    if (failure) std::rethrow_exception(failure);
}

void visit(const visit_terms& terms, std::function<task<void>(connection&)> body, deadline until) {
    visitor(terms).run(body, until);
}

}  // namespace headroom::persistence
