// service/task_requests.hpp: tasks a command asks for, recorded with its events or not at all.
#pragma once
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "headroom/eventsourcing/event_store.hpp"
#include "headroom/tasks/outbox.hpp"
#include "headroom/tasks/wire/label_words.hpp"
#include "service/actor.hpp"

namespace headroom::service {

/// Copyable; usable from every reactor.
class task_requests {
public:
    /// Nobody works, and nothing is asked for.
    task_requests() = default;
    /// Into `queue`, if there is one.
    explicit task_requests(std::optional<std::string> queue) : queue_(std::move(queue)) {}

    /// For execution_terms::guards: a task under a fresh id, in the trace of whoever asks for it.
    template <class... Arguments>
    std::vector<eventsourcing::append_guard> of(const actor& by, const char* name,
                                                const Arguments&... arguments) const {
        if (!queue_) return {};
        tasks::task_message asked;
        asked.task_id = tasks::producer::new_task_id();
        asked.task_name = name;
        if (!by.traceparent.empty())
            asked.labels.set(tasks::label_name::traceparent, tasks::value(by.traceparent));
        (asked.args.push_back(tasks::to_value(arguments)), ...);
        return {{tasks::insert_outbox, tasks::outbox_row(*queue_, asked)}};
    }

private:
    std::optional<std::string> queue_;
};

}  // namespace headroom::service
