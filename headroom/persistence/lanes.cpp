#include "headroom/persistence/lanes.hpp"

#include "headroom/persistence/detail/lane_group.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::persistence {
namespace {

constexpr unsigned read_attempts_max = 3;

}  // namespace

lanes::lanes(std::vector<reactor*> homes, budget::grant share, lane_opener opener,
             const lane_settings& settings)
    : share_(std::move(share)), opener_(std::move(opener)) {
    BOOST_ASSERT_MSG(!homes.empty(), "lanes live on a reactor");
    BOOST_ASSERT_MSG(settings.bounds.faults().empty(), "the bounds of the lanes make no sense");
    const auto floor = std::max(1u, share_.agreed().floor);
    const auto places = std::min<std::size_t>(homes.size(), floor);
    for (std::size_t i = 0; i < places; ++i) {
        const auto own = floor / places + (i < floor % places ? 1 : 0);
        groups_.push_back(std::make_unique<detail::lane_group>(
            *homes[i], share_, opener_, settings, static_cast<unsigned>(own)));
    }
}

lanes::~lanes() = default;

detail::lane_group& lanes::nearest() const {
    for (const auto& each : groups_)
        if (each->home().is_current()) return *each;
    return *groups_.front();
}

task<rows> lanes::send_once(std::optional<tenant_id> tenant, statement text, parameters values,
                            bool read, deadline until) const {
    auto& group = nearest();
    if (group.home().is_current())
        return group.send(std::move(tenant), text, std::move(values), read, until);
    return on_reactor(group.home(),
                      group.send(std::move(tenant), text, std::move(values), read, until));
}

task<rows> lanes::send(std::optional<tenant_id> tenant, statement text, parameters values,
                       deadline until) const {
    return send_once(std::move(tenant), text, std::move(values), false, until);
}

task<rows> lanes::reader::send(std::optional<tenant_id> tenant, statement text, parameters values,
                               deadline until) const {
    for (unsigned attempt = 1;; ++attempt) {
        try {
            co_return co_await by_->send_once(tenant, text, values, true, until);
        } catch (const connection_lost&) {
            if (attempt == read_attempts_max || until.passed()) throw;
        }
    }
}

task<void> lanes::start(deadline until) {
    for (const auto& each : groups_)
        co_await on_reactor(each->home(), each->start(until));
}

task<void> lanes::stop(deadline until) {
    for (const auto& each : groups_)
        co_await on_reactor(each->home(), each->stop(until));
}

void lanes::retire_all() {
    for (const auto& each : groups_) each->retire_all();
}

lane_figures lanes::figures() const {
    lane_figures sum;
    for (const auto& each : groups_) each->add_to(sum);
    return sum;
}

}  // namespace headroom::persistence
