// observability/logger.hpp: how every part of a process reports what happened.
//
//     log.warn("a connection was lost", {{"consumer", name}, {"age_ms", age.count()}});
//
// `main` makes one and hands it down; a request's own is a copy with its context. A record is one
// line on stderr, JSON unless a developer watches, hidden of secrets and bounded in size. Reporting
// never throws and never waits longer than log_wait_ms_max: what cannot be written is counted.
// Thread-safe.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "headroom/observability/log_record.hpp"
#include "headroom/observability/redactor.hpp"

namespace headroom::observability {

/// The longest a record waits for a reader that does not read. After one that was dropped the
/// next ones do not wait at all until a write succeeds.
inline constexpr std::chrono::milliseconds log_wait_ms_max{50};

enum class log_format { json, console };

/// Takes a whole line, newline included; false when it could not be written.
using log_sink = std::function<bool(std::string_view line)>;

/// Writes to a descriptor, waiting log_wait_ms_max at most; does not change the descriptor's mode.
log_sink descriptor_sink(int descriptor);

struct log_options {
    severity least = severity::info;
    log_format format = log_format::json;
    log_identity identity;
    log_sink sink;  ///< required
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

/// A copy shares its sink and counters with the original and may outlive it.
class logger {
public:
    logger(log_options options, redactor hiding);
    /// Says nothing: for tests and for parts that nobody watches.
    logger();

    /// The same logger, for one piece of work.
    logger within(log_context context) const;
    const log_context& context() const noexcept { return context_; }

    bool wants(severity level) const noexcept;
    void report(severity level, std::string_view body,
                std::span<const attribute> attributes) const noexcept;

    using attributes = std::initializer_list<attribute>;
    void debug(std::string_view body, attributes with = {}) const noexcept {
        report(severity::debug, body, {with.begin(), with.size()});
    }
    void info(std::string_view body, attributes with = {}) const noexcept {
        report(severity::info, body, {with.begin(), with.size()});
    }
    void warn(std::string_view body, attributes with = {}) const noexcept {
        report(severity::warn, body, {with.begin(), with.size()});
    }
    void error(std::string_view body, attributes with = {}) const noexcept {
        report(severity::error, body, {with.begin(), with.size()});
    }

    /// Records that could not be written since the start.
    std::uint64_t dropped() const noexcept;

private:
    struct core;
    std::shared_ptr<core> core_;
    log_context context_;
};

}  // namespace headroom::observability
