#include "headroom/persistence/redis/visit.hpp"

#include <boost/assert.hpp>

#include "headroom/persistence/error.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom::redis {
namespace {

constexpr std::chrono::milliseconds connect_ms_max{2'000}, goodbye_ms_max{1'000};

/// One target an address; sentinels are resolved where they are asked.
std::vector<connect_info> addresses_of(const visit_terms& terms, deadline until) {
    const auto& to = terms.target;
    if (to.has_address() || to.is_sentinel()) return {to};
    BOOST_ASSERT_MSG(terms.names != nullptr, "a name needs a resolver");
    const auto known = addresses_without_asking(to.host);
    const auto found = known.known ? known.addresses : terms.names->resolve(to.host, until);
    if (found.empty()) throw persistence::connection_lost(to.host + " has no address");
    std::vector<connect_info> all(found.size(), to);
    for (std::size_t i = 0; i < found.size(); ++i) all[i].hostaddr = found[i];
    return all;
}

/// What a visit has before it opens anything.
class visit_ground {
public:
    visit_ground(const visit_terms& terms, unsigned addresses)
        : terms_(terms), connections_("redis", addresses), threads_("threads", 2),
          thread_(threads_.open({"visit.threads", 2, 0}).value()) {
        home_.start(thread_.take().value());
        std::vector<budget::lease> one;
        one.push_back(thread_.take().value());
        names_.emplace("visit.names", std::move(one));
    }
    ~visit_ground() {
        names_.reset();
        home_.stop();
    }
    visit_ground(const visit_ground&) = delete;
    visit_ground& operator=(const visit_ground&) = delete;

    /// Throws what kept it from connecting, or what `body` threw; `connected` tells which.
    void call(const connect_info& at, const std::function<task<void>(mux&)>& body, deadline until,
              bool& connected) {
        door way(at, &*names_);
        mux_terms with;
        with.options.name = terms_.name;
        with.connect_ms_max = connect_ms_max;
        with.options.needs_primary = at.is_sentinel();
        mux on(home_, connections_.open({terms_.consumer, 1, 0}).value(), way, with);
        std::exception_ptr failure;
        home_.run_blocking([&]() -> task<void> {
            on.start();
            try {
                co_await on.up(until);
                connected = true;
                co_await body(on);
            } catch (...) {
                failure = std::current_exception();
            }
            co_await on.stop(deadline::after(goodbye_ms_max));
        });
        if (failure) std::rethrow_exception(failure);
    }

private:
    const visit_terms& terms_;
    budget::ledger connections_, threads_;
    budget::grant thread_;
    reactor home_{"visit"};
    std::optional<worker_pool> names_;
};

}  // namespace

void visit(const visit_terms& terms, const std::function<task<void>(mux&)>& body, deadline until) {
    const auto targets = addresses_of(terms, until);
    visit_ground on(terms, static_cast<unsigned>(targets.size()));
    auto left = static_cast<std::int64_t>(targets.size());
    for (const auto& each : targets) {
        bool connected = false;
        try {
            return on.call(each, body, until.at_most(until.left() / left--), connected);
        } catch (const std::exception&) {
            if (connected || left == 0 || until.passed()) throw;
        }
    }
}

}  // namespace headroom::redis
