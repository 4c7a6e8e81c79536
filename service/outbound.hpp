// service/outbound.hpp: the one HTTP client of a process, and what is shown of it.
#pragma once
#include <map>
#include <string>
#include <tuple>

#include "headroom/http/client/client.hpp"
#include "headroom/observability/metrics.hpp"
#include "headroom/runtime/repeated_look.hpp"
#include "service/process.hpp"

namespace headroom::service {

/// Servers whose figures are told apart; further ones count as "other".
inline constexpr std::size_t outbound_servers_max = 32;

/// A part: the client's connections close with its stop. To be started before whoever asks by it.
class outbound final : public part {
public:
    static constexpr std::chrono::milliseconds period_ms{1'000};

    /// Takes `http.client`'s grant. Both outlive it.
    outbound(process& in, observability::metrics& to);
    outbound(const outbound&) = delete;
    outbound& operator=(const outbound&) = delete;

    http::client& client() noexcept { return client_; }

    std::string_view name() const noexcept override { return "http.client"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

private:
    // All on the home reactor.
    http::client_terms terms(process& in);
    void note(const http::exchange_record& of);
    void look();
    std::string server_named(std::string_view origin);
    observability::histogram duration(const std::string& verb, const std::string& server,
                                      const std::string& result);

    reactor& home_;
    observability::metrics& to_;
    observability::gauge open_, under_way_;
    observability::counter connects_, repeated_, shed_;
    std::map<std::string, observability::gauge, std::less<>> breakers_;
    std::map<std::tuple<std::string, std::string, std::string>, observability::histogram>
        durations_;
    http::client client_;
    repeated_look looks_;
};

}  // namespace headroom::service
