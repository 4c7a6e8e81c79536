#include "headroom/persistence/redis/door.hpp"

#include "headroom/runtime/name_resolver.hpp"

namespace headroom::redis {
namespace {

constexpr unsigned port_highest = 65'535;

/// A sentinel, reached as the server itself is.
connect_info as_target(const endpoint& sentinel, const connect_info& of) {
    connect_info to;
    to.host = sentinel.host;
    to.port = sentinel.port;
    to.tls = of.tls;
    to.verify = of.verify;
    to.authorities = of.authorities;
    to.user = of.sentinel_user;
    to.password = of.sentinel_password;
    return to;
}

endpoint endpoint_in(const value& said) {
    if (said.is_nothing()) throw connection_lost("the sentinel knows no master of that name");
    if (said.is() != kind::list || said.size() != 2)
        throw connection_lost("the sentinel's answer is not an address");
    endpoint found{std::string(said[0].text()), 0};
    for (const char digit : said[1].text()) {
        if (digit < '0' || digit > '9' || found.port > port_highest)
            throw connection_lost("the sentinel's answer is not an address");
        found.port = found.port * 10 + static_cast<unsigned>(digit - '0');
    }
    if (found.port == 0 || found.port > port_highest || found.host.empty())
        throw connection_lost("the sentinel's answer is not an address");
    return found;
}

}  // namespace

/// In the database that was decided on, if it was.
connect_info door::based(connect_info to) const {
    if (base_ == base::open || !to.spare_database) return to;
    if (base_ == base::spare) to.database = *to.spare_database;
    to.spare_database.reset();
    return to;
}

task<connect_info> door::resolved(connect_info to, unsigned turn, deadline until) {
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

task<endpoint> door::ask(connection& which, const endpoint& sentinel, deadline until) {
    const auto to = co_await resolved(as_target(sentinel, target_), turn_.load(), until);
    const auto said = co_await which.ask_first(
        to, command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", target_.master), until);
    co_return endpoint_in(said);
}

task<connect_info> door::primary(connection& which, deadline until) {
    const auto& all = target_.sentinels;
    std::exception_ptr last;
    for (unsigned i = 0; i < all.size() && which.unit(); ++i) {
        const auto nth = (sentinel_.load() + i) % static_cast<unsigned>(all.size());
        const auto share = until.left() / static_cast<int>(all.size() - i);
        const auto by = until.at_most(std::min(share, sentinel_ms_max));
        try {
            const auto found = co_await ask(which, all[nth], by);
            sentinel_ = nth;
            auto to = target_;
            to.sentinels.clear();
            to.host = found.host;
            to.port = found.port;
            co_return to;
        } catch (const std::exception&) {
            last = std::current_exception();
        }
    }
    if (last) std::rethrow_exception(last);
    throw connection_lost("its unit waits for the close of another socket");
}

task<void> door::open(connection& which, deadline until,
                      const std::function<task<void>(connection&)>& prepare) {
    auto permit = co_await gate_.pass(until);
    auto turn = turn_.load();
    try {
        connect_info to = target_;
        if (target_.is_sentinel()) to = co_await primary(which, until);
        to = based(std::move(to));
        co_await which.open(co_await resolved(to, turn, until), until);
        if (to.spare_database) base_ = which.on_spare() ? base::spare : base::wanted;
        if (prepare) co_await prepare(which);
    } catch (const server_error&) {
        permit.failed(deadline::clock::now());  // the address is right: it answered
        throw;
    } catch (...) {
        permit.failed(deadline::clock::now());
        turn_.compare_exchange_strong(turn, turn + 1);
        throw;
    }
    permit.succeeded();
}

}  // namespace headroom::redis
