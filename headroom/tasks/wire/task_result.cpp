#include "headroom/tasks/wire/task_result.hpp"

#include <cmath>

#include "headroom/tasks/wire/members.hpp"

namespace headroom::tasks {
namespace {

bool same(const std::shared_ptr<const task_error>& one,
          const std::shared_ptr<const task_error>& other) {
    return one == other || (one && other && *one == *other);
}

decoded<task_error> read_error(object& from, std::string path, std::size_t nested);

/// The error under `name`, or none where it is absent or null.
decoded<std::shared_ptr<const task_error>> read_inner(object& outer, std::string path,
                                                      std::string_view name, std::size_t nested) {
    auto* found = outer.find(name);
    if (!found || found->is_null()) return nullptr;
    if (nested >= error_chain_max)
        return std::unexpected(codec_fault{codec_fault_kind::too_deep, "causes of an error", 0});
    path += name;
    auto* inner = found->get<object>();
    if (!inner) return wrong_shape(path + " is not an object");
    auto read = read_error(*inner, path + ".", nested + 1);
    if (!read) return std::unexpected(std::move(read.error()));
    return std::make_shared<const task_error>(std::move(*read));
}

decoded<task_error> read_error(object& from, std::string path, std::size_t nested) {
    member_reader members(from, path);
    task_error made;
    made.type = members.text("exc_type", error_name_bytes_max);
    made.arguments = members.list("exc_message");
    if (!members.maybe("exc_module")) members.refuse("exc_module", " is missing");
    made.module = members.text_or_null("exc_module", error_name_bytes_max);
    if (members.maybe("exc_suppress_context"))
        made.suppress_context = members.boolean("exc_suppress_context");
    if (members.fault()) return std::unexpected(*members.fault());
    auto cause = read_inner(from, path, "exc_cause", nested);
    if (!cause) return std::unexpected(std::move(cause.error()));
    auto context = read_inner(from, path, "exc_context", nested);
    if (!context) return std::unexpected(std::move(context.error()));
    made.cause = std::move(*cause);
    made.context = std::move(*context);
    return made;
}

value error_object(const task_error* of) {
    if (!of) return {};
    return object{{"exc_type", of->type},
                  {"exc_message", of->arguments},
                  {"exc_module", of->module ? value(*of->module) : value()},
                  {"exc_cause", error_object(of->cause.get())},
                  {"exc_context", error_object(of->context.get())},
                  {"exc_suppress_context", of->suppress_context}};
}

double in_hundredths(double seconds) {
    return std::isfinite(seconds) ? std::round(seconds * 100) / 100 : 0;
}

}  // namespace

bool task_error::operator==(const task_error& other) const {
    return type == other.type && arguments == other.arguments && module == other.module &&
           suppress_context == other.suppress_context && same(cause, other.cause) &&
           same(context, other.context);
}

decoded<task_result> read_result(std::string_view bytes, const codec_limits& limits) {
    auto outer = outer_object(read_value(bytes, limits), "a result");
    if (!outer) return std::unexpected(outer.error());
    member_reader from(*outer, "");
    task_result made;
    made.is_error = from.boolean("is_err");
    made.returned = from.anything("return_value");
    made.execution_seconds = from.number("execution_time");
    if (from.maybe("labels")) made.labels = from.dictionary("labels");
    if (from.fault()) return std::unexpected(*from.fault());
    auto error = read_inner(*outer, "", "error", 0);
    if (!error) return std::unexpected(std::move(error.error()));
    if (*error) made.error = **error;
    return made;
}

decoded<std::string> write_result(const task_result& of, serializer format) {
    return write_value(object{{"is_err", of.is_error},
                              {"log", nullptr},
                              {"return_value", of.returned},
                              {"execution_time", in_hundredths(of.execution_seconds)},
                              {"labels", of.labels},
                              {"error", error_object(of.error ? &*of.error : nullptr)}},
                       format);
}

task_result unwritable_result(const task_result& of, const codec_fault& why) {
    task_result made;
    made.is_error = true;
    made.execution_seconds = of.execution_seconds;
    auto& error = made.error.emplace();
    error.type = "UnserializableResult";
    error.arguments = {why.message()};
    error.module = "headroom.tasks";
    return made;
}

decoded<task_progress> read_progress(std::string_view bytes, const codec_limits& limits) {
    auto outer = outer_object(read_value(bytes, limits), "a progress");
    if (!outer) return std::unexpected(outer.error());
    member_reader from(*outer, "");
    task_progress made{from.text("state", progress_state_bytes_max), from.anything("meta")};
    if (from.fault()) return std::unexpected(*from.fault());
    return made;
}

decoded<std::string> write_progress(const task_progress& of, serializer format) {
    return write_value(object{{"state", of.state}, {"meta", of.meta}}, format);
}

std::string result_key(std::string_view prefix, std::string_view task_id) {
    return prefix.empty() ? std::string(task_id)
                          : std::string(prefix) + ":" + std::string(task_id);
}

}  // namespace headroom::tasks
