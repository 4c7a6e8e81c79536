// tasks/wire/task_message.hpp: a task on its way, as taskiq's brokers carry it.
//
//     {"task_id": "v-err", "task_name": "demo:err", "labels": {}, "labels_types": {}, "args": [],
//      "kwargs": {}}
//
// Members a sender added are passed over and not sent on.
#pragma once
#include <string>
#include <string_view>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/label.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

inline constexpr std::size_t task_id_bytes_max = 512;
inline constexpr std::size_t task_name_bytes_max = 512;

struct task_message {
    std::string task_id;
    std::string task_name;  ///< "<module>:<function>" unless it was given another
    label_set labels;
    array args;
    object kwargs;
    bool operator==(const task_message&) const = default;
};

/// From JSON or pickle. A label that does not convert rejects the message, as in Python.
decoded<task_message> read_message(std::string_view bytes, const codec_limits& limits = {});

/// As JSON, byte for byte what Python's sender writes; refused is what JSON cannot carry.
decoded<std::string> write_message(const task_message& of);

/// The same task once more after a failure: one failed execution more is counted in `_retries`.
decoded<task_message> retried(task_message of);

/// The same task once more because its handler handed it back: counted in `X-Taskiq-requeue`, as
/// text.
decoded<task_message> requeued(task_message of);

}  // namespace headroom::tasks
