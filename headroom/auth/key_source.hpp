// auth/key_source.hpp: the present keys of one issuer, fetched and kept.
//
// A verification never waits for the network: it takes the set there is. Only a token whose key is
// not in it may wait, for the one fetch that key_refresh.hpp allows, together with all others that
// do. What is fetched replaces what was there only when it has a key that can be used.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headroom/auth/key_refresh.hpp"
#include "headroom/auth/key_set.hpp"
#include "headroom/http/client/client.hpp"
#include "headroom/runtime/part.hpp"

namespace headroom::auth {

struct key_source_terms {
    std::string issuer;      ///< exactly as in its tokens
    std::string keys_url{};  ///< ""; then it is discovered
    bool loopback = false;   ///< also http on the own machine, for development
    key_refresh_bounds within{};
    std::chrono::milliseconds fetch_max{3'000};  ///< of a fetch, discovery included
    /// A provider may move its keys and go on serving those that were. What it says of itself is
    /// read again before the first fetch after so long; without an answer they stand where they
    /// stood.
    std::chrono::milliseconds discover_every{3'600'000};
    /// Told what an operator should know, once each time it changes. On the home reactor.
    std::function<void(const std::string&)> tell{};
};

struct key_source_figures {
    key_freshness is = key_freshness::none;
    bool failing = false;
    std::uint64_t fetches = 0, failures = 0;
    std::size_t keys = 0;
    std::vector<refused_key> refused;  ///< of the present set
    std::string last_error;            ///< empty while all is well
};

class key_source final : public part {
public:
    /// Both outlive it. Throws std::invalid_argument when a URL is none that may be asked.
    key_source(reactor& home, http::client& over, key_source_terms terms);
    ~key_source() override;
    key_source(const key_source&) = delete;
    key_source& operator=(const key_source&) = delete;

    std::string_view name() const noexcept override { return "auth.keys"; }
    /// Begins to fetch, and does not wait for it: a provider that is away keeps no service down.
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

    const std::string& issuer() const noexcept;

    /// The set there is; null when there is none, or when it is spent. From any thread.
    std::shared_ptr<const key_set> keys() const;

    enum class looked {
        again,        ///< verify once more, by keys(), and take that answer
        unavailable,  ///< the issuer does not answer: nobody's fault but its
    };
    /// For a token whose key is not among keys(). From any reactor. At the deadline: unavailable.
    task<looked> look_again(deadline until);

    /// From any thread.
    key_source_figures figures() const;

private:
    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::auth
