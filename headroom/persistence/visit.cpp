#include "headroom/persistence/visit.hpp"

#include <algorithm>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/kept_visit.hpp"

namespace headroom::persistence {

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
    const auto goodbye = goodbye_within(until);
    kept_visit(terms, goodbye).call(body, until.at_most(until.left() - goodbye));
}

}  // namespace headroom::persistence
