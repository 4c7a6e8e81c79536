#include "headroom/persistence/door.hpp"

#include "headroom/runtime/name_resolver.hpp"

namespace headroom::persistence {

task<connect_info> door::resolved(unsigned turn, deadline until) {
    auto to = target_;
    if (to.has_address()) co_return to;
    auto found = addresses_without_asking(to.host);
    if (!found.known) {
        BOOST_ASSERT_MSG(system_ != nullptr, "a name needs the system pool");
        found.addresses = co_await name_resolver(*system_).resolve(to.host, until);
    }
    if (found.addresses.empty()) throw connection_lost(to.host + " has no address");
    to.hostaddr = found.addresses[turn % found.addresses.size()];
    co_return to;
}

void door::check_open_to(const connection& which) const {
    if (shut_ && which.consumer() != control_consumer)
        throw connection_lost("nothing opens while this process is not a member of its fleet");
}

task<void> door::open(connection& which, deadline until) {
    const std::function<void()> may_open = [&] { check_open_to(which); };
    auto permit = co_await gate_.pass(until, may_open);
    auto turn = turn_.load();
    try {
        co_await which.open(co_await resolved(turn, until), until);
    } catch (const server_error&) {
        permit.failed(connect_gate::clock::now());  // the address is right: it answered
        throw;
    } catch (...) {
        permit.failed(connect_gate::clock::now());
        turn_.compare_exchange_strong(turn, turn + 1);
        throw;
    }
    permit.succeeded();
}

}  // namespace headroom::persistence
