// tasks/backoff.hpp: whether a failed task is tried again, and after how long.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/label.hpp"

namespace headroom::tasks {

/// A number in [0, 1): injected, so that a test says what chance brings.
using chance = std::function<double()>;

inline constexpr std::chrono::hours backoff_max{24 * 7};  ///< no pause is longer
inline constexpr int backoff_tries_max = 1'000;

/// How pauses grow with the failures so far.
struct backoff {
    enum class growth {
        fixed,        ///< base, base, base
        linear,       ///< base, 2 base, 3 base
        exponential,  ///< base, 2 base, 4 base
    };
    growth grows = growth::exponential;
    std::chrono::milliseconds base{1'000};
    std::chrono::milliseconds most{std::chrono::minutes(10)};  ///< growth stops here
    bool full_jitter = true;  ///< anything from 0 to the pause, so that nobody comes back together
    int tries_max = 5;        ///< executions in all, the first included

    /// The bound that is broken, one sentence; nothing if it is sound.
    std::optional<std::string> fault() const;

    /// Before execution number `failures` + 1; requires failures >= 1.
    std::chrono::milliseconds pause(int failures, const chance& random) const;
};

/// One backoff for each class of errors. The first whose name matches counts: an exact name, or a
/// prefix that ends in `*`.
class backoff_rules {
public:
    struct rule {
        std::string error;  ///< "TimeoutError", "http.*", "*"
        backoff how;
    };
    /// Throws std::invalid_argument, with the rule and the bound, for one that is not sound.
    explicit backoff_rules(std::vector<rule> rules);

    /// The pause after this many failures, the last of this class; nothing when it is final. A
    /// server that said when to come back is believed, up to backoff_max and without jitter.
    std::optional<std::chrono::milliseconds> next(
        std::string_view error, int failures, const chance& random,
        std::optional<std::chrono::milliseconds> retry_after = {}) const;

private:
    std::vector<rule> rules_;
};

/// taskiq's SmartRetryMiddleware and, without a delay, SimpleRetryMiddleware, with their defaults.
struct taskiq_retry {
    int default_retries = 3;      ///< executions in all
    bool default_on_error = false;
    std::chrono::microseconds default_delay{std::chrono::seconds(5)};
    bool jitter = false;    ///< up to one second more
    bool exponent = false;  ///< which is linear: delay times failures, at most max_exponent
    std::chrono::microseconds max_exponent{std::chrono::seconds(60)};

    /// What a failed task's labels ask for: the pause before it is sent again, or nothing. A fault
    /// is a label Python fails on.
    decoded<std::optional<std::chrono::microseconds>> next(const label_set& labels,
                                                           const chance& random) const;
};

}  // namespace headroom::tasks
