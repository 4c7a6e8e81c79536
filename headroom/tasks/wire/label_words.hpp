// tasks/wire/label_words.hpp: the labels that mean something to workers, and how they are read.
//
// Each is accepted in the form a sender typed it and as the text it becomes in a schedule. A fault
// names the label; a label that is absent is not a fault.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/label.hpp"

namespace headroom::tasks {

namespace label_name {
inline constexpr std::string_view queue_name = "queue_name", timeout = "timeout";
inline constexpr std::string_view ack_type = "ack_type", retry_on_error = "retry_on_error";
inline constexpr std::string_view max_retries = "max_retries", retries = "_retries";
inline constexpr std::string_view delay = "delay", requeues = "X-Taskiq-requeue";
/// When a scheduled task was due, by its schedule: a time in UTC.
inline constexpr std::string_view schedule_slot = "schedule_slot";
inline constexpr std::string_view schedule_id = "schedule_id", traceparent = "traceparent";
inline constexpr std::string_view tracestate = "tracestate", baggage = "baggage";
inline constexpr std::string_view queue_time = "_taskiq_queue_time";
inline constexpr std::string_view receive_time = "_taskiq_broker_receive_time";
}  // namespace label_name

/// When a task counts as done. The default is when_saved.
enum class ack_moment { when_received, when_executed, when_saved, manual };

/// Longer timeouts and delays are cut to this: ten years.
inline constexpr std::chrono::hours label_duration_max{24 * 3653};

/// Seconds, as float() reads them; infinity is as none. Not a number is a fault, for a timeout that
/// cannot be understood must not become none.
decoded<std::optional<std::chrono::microseconds>> timeout_of(const label_set& labels);

/// Case does not matter. Anything else is a fault: Python neither runs nor acknowledges such a
/// task.
decoded<ack_moment> ack_moment_of(const label_set& labels);

/// A text counts as true when it is "true" in any case; what is no text by its truth.
bool retry_on_error_of(const label_set& labels, bool otherwise);

/// Executions in all, the first included.
decoded<int> max_retries_of(const label_set& labels, int otherwise);

/// Executions that have failed so far.
decoded<int> retries_of(const label_set& labels);

/// Times the task was handed back by its own handler.
decoded<int> requeues_of(const label_set& labels);

/// Seconds between tries; negative ones count as 0.
decoded<std::chrono::microseconds> retry_delay_of(const label_set& labels,
                                                  std::chrono::microseconds otherwise);

/// Unix time in seconds a middleware noted; nothing where it is absent or no number.
std::optional<double> moment_of(const label_set& labels, std::string_view name);

/// A text label, empty where there is none: queue_name, schedule_id, traceparent ...
std::string_view text_of(const label_set& labels, std::string_view name);

}  // namespace headroom::tasks
