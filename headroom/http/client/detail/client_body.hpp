// http/client/detail/client_body.hpp: the part of the client that lives as long as its requests.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include "headroom/http/client/detail/transfer.hpp"
#include "headroom/http/client/detail/turns.hpp"
#include "headroom/http/client/retry.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::http {

struct client::body : std::enable_shared_from_this<client::body> {
    static constexpr std::size_t origins_max = 1'000;  ///< whose breakers are remembered

    explicit body(client_terms terms);

    reactor& home() noexcept { return *terms_.home; }
    bool idle() const noexcept { return under_way_ == 0 && open() == 0; }
    client_figures figures() const;

    task<client_answer> send(client_request what, deadline until);
    task<void> stop(deadline until);

private:
    using timer = boost::asio::basic_waitable_timer<
        deadline::clock, boost::asio::wait_traits<deadline::clock>, executor>;

    /// One request to one address, repeated as that is safe.
    task<client_answer> ask(const client_request& what, const web_address& to, bool authorized,
                            deadline until);
    /// The nth: every other one begins with the other kind of addresses.
    task<client_answer> attempt(unsigned nth, const client_request& what, const web_address& to,
                                bool authorized, attempt_outcome& how, deadline until);
    /// Between two attempts; shorter when the client stops.
    task<void> pause(deadline until);
    task<client_answer> exchange(detail::transfer& one, const web_address& to, deadline until);
    /// When this client has a connection to spare for that server, or its proxy.
    task<detail::turns::turn> turn_for(const detail::transfer_terms& route, deadline until);
    /// By which addresses, and through whom.
    task<detail::transfer_terms> route(const client_request& what, const web_address& to,
                                       bool authorized, deadline until);
    task<std::vector<std::string>> resolved(const client_request& what, const web_address& to,
                                            const web_address* proxy, deadline until);
    const std::shared_ptr<detail::curl_sockets>& sockets();
    void refuse() const;
    std::shared_ptr<breaker> breaker_of(const std::string& origin);
    /// Throws client_error while the breaker is open, and as refuse() does once stop() waits no
    /// longer.
    std::optional<breaker::permit> permit_of(breaker& of, const std::string& origin) const;
    void record(const client_request& what, const std::string& origin, const attempt_outcome& how,
                std::optional<client_fault> fault, deadline::clock::time_point began) const;
    std::size_t open() const noexcept { return sockets_ ? sockets_->open() : 0; }

    client_terms terms_;
    name_resolver names_;
    std::minstd_rand random_{std::random_device{}()};
    std::shared_ptr<detail::curl_sockets> sockets_;
    std::map<std::string, std::shared_ptr<breaker>> origins_;
    detail::turns turns_;
    std::set<detail::transfer*> live_;
    std::set<timer*> waiting_;  ///< for their turn, or to ask once more
    bool stopping_ = false, cut_off_ = false;
    unsigned under_way_ = 0;
    client_figures counts_;
};

}  // namespace headroom::http
