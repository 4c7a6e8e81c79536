// tasks/task_failed.hpp: how a handler says what went wrong, and whether to try again.
//
// Any other exception counts too: its class is the error's type, its text the message. What is in
// it is stored in the result, where whoever asked for the task reads it.
#pragma once
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include "headroom/tasks/wire/task_result.hpp"

namespace headroom::tasks {

class task_failed : public std::runtime_error {
public:
    /// `type`: by which backoff_rules choose, "http.Unavailable"; `module`: where a Python reader
    /// looks for a class of that name.
    task_failed(std::string type, const std::string& text, std::optional<std::string> module = {})
        : std::runtime_error(text), type_(std::move(type)), module_(std::move(module)) {}

    const std::string& type() const noexcept { return type_; }
    const std::optional<std::string>& module() const noexcept { return module_; }

    /// Whoever refused said when to come back.
    task_failed&& after(std::chrono::milliseconds pause) && {
        after_ = pause;
        return std::move(*this);
    }
    std::optional<std::chrono::milliseconds> retry_after() const noexcept { return after_; }

    /// Trying again would not help, whatever rules and labels say.
    task_failed&& for_good() && {
        final_ = true;
        return std::move(*this);
    }
    bool is_final() const noexcept { return final_; }

private:
    std::string type_;
    std::optional<std::string> module_;
    std::optional<std::chrono::milliseconds> after_;
    bool final_ = false;
};

/// What is stored of an exception that left a handler.
task_error error_of(const std::exception& failure);

}  // namespace headroom::tasks
