#include "headroom/persistence/detail/visit_home.hpp"

#include "headroom/persistence/error.hpp"

namespace headroom::persistence::detail {
namespace {

constexpr auto reactor_consumer = "visit.reactor";

budget::consumer row_of_visit(std::string name, const char* resource, std::size_t units) {
    budget::consumer row;
    row.name = std::move(name);
    row.resource = resource;
    row.pool = static_cast<unsigned>(units);
    return row;
}

/// One target an address.
std::vector<connect_info> addresses_of(const visit_terms& terms, deadline until) {
    const auto& to = terms.target;
    if (to.has_address()) return {to};
    BOOST_ASSERT_MSG(terms.names != nullptr, "a name needs a resolver");
    const auto found = terms.names->resolve(to.host, until);
    if (found.empty()) throw connection_lost(to.host + " has no address");
    std::vector<connect_info> all(found.size(), to);
    for (std::size_t i = 0; i < found.size(); ++i) all[i].hostaddr = found[i];
    return all;
}

budget::lease planned(budget::grant& of) {
    auto unit = of.take();
    BOOST_ASSERT_MSG(unit.has_value(), "a visit plans what it takes");
    return std::move(*unit);
}

}  // namespace

visit_home::visit_home(const visit_terms& terms, deadline until)
    : targets_(addresses_of(terms, until)) {
    for (const auto* each : {"threads", "postgres"}) book_.declare(budget::resource{each, {}});
    book_.declare(row_of_visit(reactor_consumer, "threads", 1));
    book_.declare(row_of_visit(terms.consumer, "postgres", targets_.size()));
    connections_ = book_.take(terms.consumer).value();
    thread_ = book_.take(reactor_consumer).value();
    home_.start(planned(thread_));
}

budget::lease visit_home::unit() { return planned(connections_); }

}  // namespace headroom::persistence::detail
