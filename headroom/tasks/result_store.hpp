// tasks/result_store.hpp: results and progress in Redis, as taskiq's result backend keeps them.
//
// Rides on a connection that others share. Any thread may ask.
#pragma once
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/tasks/wire/serializer.hpp"
#include "headroom/tasks/wire/task_result.hpp"

namespace headroom::tasks {

inline constexpr std::size_t result_bytes_max = 1 << 20;  ///< written or read, one result

struct result_terms {
    std::string prefix{};                       ///< none: the bare task id, taskiq's default
    serializer format = serializer::pickle;     ///< taskiq's default; what is read says itself
    std::chrono::milliseconds ttl{3'600'000};   ///< at least 1 ms: nothing is kept for ever
};

/// What stands under a key is no result; says why, and nothing of its content.
class result_unreadable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class result_store {
public:
    /// Requires json or pickle. The connection outlives it.
    result_store(redis::mux& through, result_terms with);

    const result_terms& terms() const noexcept { return terms_; }
    std::string key(std::string_view task_id) const;

    /// None while there is none. Throws result_unreadable, and as mux::run does.
    task<std::optional<task_result>> get(std::string_view task_id, deadline until);
    /// The same, and it is gone then.
    task<std::optional<task_result>> take(std::string_view task_id, deadline until);
    task<bool> ready(std::string_view task_id, deadline until);
    task<void> put(std::string_view task_id, const task_result& of, deadline until);
    task<std::optional<task_progress>> progress(std::string_view task_id, deadline until);
    task<void> put_progress(std::string_view task_id, const task_progress& of, deadline until);

    /// A result as it is stored. One that cannot be, or is larger than result_bytes_max, becomes an
    /// error that says so.
    std::string encoded(const task_result& of) const;
    /// SET with the time to live.
    redis::command storing(std::string_view task_id, std::string_view encoded) const;

private:
    redis::mux& through_;
    const result_terms terms_;
};

}  // namespace headroom::tasks
