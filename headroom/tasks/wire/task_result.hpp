// tasks/wire/task_result.hpp: what became of a task, as taskiq's result backends store it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/label.hpp"
#include "headroom/tasks/wire/serializer.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

inline constexpr std::size_t error_chain_max = 16;          ///< causes and contexts, one in another
inline constexpr std::size_t error_name_bytes_max = 1'024;  ///< of a type's or a module's name
inline constexpr std::string_view progress_suffix = "__progress";

/// An exception: its type, its constructor's arguments, and those it came from. Python makes it
/// anew from a class it knows, or from one of the same name it invents.
struct task_error {
    std::string type = "TaskFailed";     ///< qualified name, dots for nested classes
    array arguments;                     ///< usually one text
    std::optional<std::string> module;   ///< none: a class Python invents
    std::shared_ptr<const task_error> cause;    ///< "raise ... from", or none
    std::shared_ptr<const task_error> context;  ///< what was being handled, or none
    bool suppress_context = false;
    bool operator==(const task_error& other) const;
};

struct task_result {
    bool is_error = false;
    value returned;
    double execution_seconds = 0;  ///< written rounded to hundredths
    object labels;                 ///< converted ones, see converted_labels()
    std::optional<task_error> error;
    bool operator==(const task_result&) const = default;
};

/// Of JSON or pickle. Required are is_err, return_value and execution_time; an error that is a
/// plain text is refused, as in Python, and so is a chain longer than error_chain_max.
decoded<task_result> read_result(std::string_view bytes, const codec_limits& limits = {});

/// Refused is a return value or label that JSON cannot carry: store an error instead, see
/// unwritable_result().
decoded<std::string> write_result(const task_result& of, serializer format);

/// What is stored when write_result() refused: an error that says so, without labels.
task_result unwritable_result(const task_result& of, const codec_fault& why);

/// How far a task has come, under its result's key and progress_suffix.
struct task_progress {
    std::string state;  ///< "STARTED", "FAILURE", "SUCCESS", "RETRY", or any other
    value meta;
    bool operator==(const task_progress&) const = default;
};

inline constexpr std::size_t progress_state_bytes_max = 1'024;

decoded<task_progress> read_progress(std::string_view bytes, const codec_limits& limits = {});
decoded<std::string> write_progress(const task_progress& of, serializer format);

/// "<prefix>:<id>", or the bare id where there is no prefix.
std::string result_key(std::string_view prefix, std::string_view task_id);

}  // namespace headroom::tasks
