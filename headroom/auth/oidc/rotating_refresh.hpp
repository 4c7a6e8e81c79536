// auth/oidc/rotating_refresh.hpp: a refresh token that is spent once, by whichever process.
//
// A provider that rotates takes a token that comes twice for stolen and revokes all of its family
// (RFC 9700, 4.14.2). So of all callers in all processes that hold the same token one goes to the
// provider, and the others get what he got:
//
//     in a process  all wait for the same run
//     in a fleet    the run has a turn in Redis, or waits for whose turn it is
//
// What came of it rests in Redis, sealed, under a name and a key that only follow from the old
// token: who comes later with that one finds it. A turn ends by a clock, beyond the time a request
// may take: one whose holder was killed passes to the next, who asks the provider once more, with
// the same token. If the provider had not acted, that is right. If it had, the token is refused and
// its family revoked: nobody can know what the dead process had been given, and the user signs in
// again. What is not known to be unspent is asked with `tries_max` times, and then no more:
// it is `lost`.
#pragma once
#include <memory>
#include <string>

#include "headroom/auth/oidc/token_client.hpp"
#include "headroom/auth/sealer.hpp"
#include "headroom/persistence/redis/mux.hpp"

namespace headroom::auth {

struct rotation_terms {
    std::string prefix{};  ///< before all names in Redis: "orders:"
    std::string audience{};  ///< whom the tokens are asked for; empty: as the provider has it
    sealing_secrets sealing;  ///< as in sealer.hpp; of all processes the same
    /// A turn: a request may take so much of it as the other leaves. Its holder stores the outcome
    /// in the rest.
    std::chrono::milliseconds turn_max{15'000}, exchange_max{10'000};
    /// An outcome, for who comes later. Of a provider that gives the same token back, less than the
    /// life of what it gave: then it is asked again.
    std::chrono::seconds kept{3'600};
    unsigned tries_max = 2;            ///< with one token, of which nobody knows what came
    /// Between two looks at a turn that is another's: doubled each time.
    std::chrono::milliseconds look_min{20}, look_max{250};
    std::size_t runs_max = 10'000;  ///< under way at once, in a process
};

struct rotation_figures {
    std::uint64_t asked = 0;     ///< by callers
    std::uint64_t led = 0;       ///< requests to the provider
    std::uint64_t followed = 0;  ///< outcomes of another process
    std::uint64_t unshared = 0;  ///< outcomes that Redis did not take
};

class rotating_refresh {
public:
    /// All outlive it.
    rotating_refresh(token_client& by, redis::mux& shared, rotation_terms terms);
    ~rotating_refresh();
    rotating_refresh(const rotating_refresh&) = delete;
    rotating_refresh& operator=(const rotating_refresh&) = delete;

    /// The tokens after `spent`. grant_refused: the user has to sign in again. lost: likewise, once
    /// the tokens that came with `spent` have ended. unavailable: the provider or Redis; nothing
    /// was asked without a turn. From any reactor. Throws operation_aborted when the caller is
    /// cancelled, which the run does not notice.
    task<oidc_result<token_set>> refresh(secret spent, deadline until);

    /// What is under way may end until the deadline. Then it is cut off, and who waits for it is
    /// told `unavailable`: a turn is given back, of a token of which nobody knows what came.
    /// Returns once nothing is under way, stop_grace after the deadline at the latest. Nothing is
    /// asked afterwards. On the client's home reactor, before Redis and the client are stopped.
    task<void> stop(deadline until);
    static constexpr std::chrono::milliseconds stop_grace{500};

    /// On the client's home reactor.
    rotation_figures figures() const;

private:
    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::auth
