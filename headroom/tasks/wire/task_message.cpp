#include "headroom/tasks/wire/task_message.hpp"

#include <limits>

#include "headroom/tasks/wire/json_writer.hpp"
#include "headroom/tasks/wire/label_words.hpp"
#include "headroom/tasks/wire/members.hpp"
#include "headroom/tasks/wire/serializer.hpp"

namespace headroom::tasks {
namespace {

decoded<int> one_more(const decoded<int>& count) {
    if (!count) return std::unexpected(count.error());
    if (*count == std::numeric_limits<int>::max())
        return wrong_shape("a count of executions beyond an integer");
    return *count + 1;
}

}  // namespace

decoded<task_message> read_message(std::string_view bytes, const codec_limits& limits) {
    auto outer = outer_object(read_value(bytes, limits), "a message");
    if (!outer) return std::unexpected(outer.error());
    member_reader from(*outer, "");
    task_message made;
    made.task_id = from.text("task_id", task_id_bytes_max);
    made.task_name = from.text("task_name", task_name_bytes_max);
    const auto labels = from.dictionary("labels");
    made.args = from.list("args");
    made.kwargs = from.dictionary("kwargs");
    if (from.fault()) return std::unexpected(*from.fault());
    auto read = read_labels(labels, from.maybe("labels_types"));
    if (!read) return std::unexpected(std::move(read.error()));
    made.labels = std::move(*read);
    return made;
}

decoded<std::string> write_message(const task_message& of) {
    std::vector<member> members;  // a list of initializers would copy each of them twice
    members.reserve(6);
    members.push_back({"task_id", of.task_id});
    members.push_back({"task_name", of.task_name});
    members.push_back({"labels", sent_labels(of.labels)});
    members.push_back({"labels_types", sent_label_types(of.labels)});
    members.push_back({"args", of.args});
    members.push_back({"kwargs", of.kwargs});
    return to_json(object::from(std::move(members)));
}

decoded<task_message> retried(task_message of) {
    const auto count = one_more(retries_of(of.labels));
    if (!count) return std::unexpected(count.error());
    of.labels.set(label_name::retries, value(*count));
    return of;
}

decoded<task_message> requeued(task_message of) {
    const auto count = one_more(requeues_of(of.labels));
    if (!count) return std::unexpected(count.error());
    of.labels.set(label_name::requeues, value(std::to_string(*count)));
    return of;
}

}  // namespace headroom::tasks
