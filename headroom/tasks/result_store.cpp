#include "headroom/tasks/result_store.hpp"

#include <boost/assert.hpp>

namespace headroom::tasks {
namespace {

using redis::command;
using redis::sending;

constexpr codec_limits stored{.bytes = result_bytes_max};

template <class T>
T readable(decoded<T> read) {
    if (!read) throw result_unreadable(read.error().message());
    return std::move(*read);
}

template <class T>
std::optional<T> readable(const redis::value& said,
                          decoded<T> (*read)(std::string_view, const codec_limits&)) {
    if (said.is_nothing()) return std::nullopt;
    return readable(read(said.text(), stored));
}

}  // namespace

result_store::result_store(redis::mux& through, result_terms with)
    : through_(through), terms_(std::move(with)) {
    BOOST_ASSERT(terms_.ttl.count() >= 1);
    BOOST_ASSERT(terms_.format == serializer::json || terms_.format == serializer::pickle);
}

std::string result_store::key(std::string_view task_id) const {
    return result_key(terms_.prefix, task_id);
}

task<std::optional<task_result>> result_store::get(std::string_view task_id, deadline until) {
    const auto said =
        co_await through_.run(command("GET", key(task_id)), until, sending::repeatable);
    co_return readable(said, read_result);
}

task<std::optional<task_result>> result_store::take(std::string_view task_id, deadline until) {
    const auto said = co_await through_.run(command("GETDEL", key(task_id)), until);
    co_return readable(said, read_result);
}

task<bool> result_store::ready(std::string_view task_id, deadline until) {
    const auto said =
        co_await through_.run(command("EXISTS", key(task_id)), until, sending::repeatable);
    co_return said.number() == 1;
}

task<void> result_store::put(std::string_view task_id, const task_result& of, deadline until) {
    co_await through_.run(storing(task_id, encoded(of)), until, sending::repeatable);
}

task<std::optional<task_progress>> result_store::progress(std::string_view task_id,
                                                          deadline until) {
    const auto at = key(task_id) + std::string(progress_suffix);
    const auto said = co_await through_.run(command("GET", at), until, sending::repeatable);
    co_return readable(said, read_progress);
}

task<void> result_store::put_progress(std::string_view task_id, const task_progress& of,
                                      deadline until) {
    const auto at = key(task_id) + std::string(progress_suffix);
    const auto bytes = readable(write_progress(of, terms_.format));
    co_await through_.run(command("SET", at, bytes, "PX", terms_.ttl.count()), until,
                          sending::repeatable);
}

std::string result_store::encoded(const task_result& of) const {
    auto written = write_result(of, terms_.format);
    if (written && written->size() <= result_bytes_max) return std::move(*written);
    const auto why = written ? codec_fault{codec_fault_kind::too_large, "the result", 0}
                             : written.error();
    return write_result(unwritable_result(of, why), terms_.format).value();
}

redis::command result_store::storing(std::string_view task_id, std::string_view encoded) const {
    return command("SET", key(task_id), encoded, "PX", terms_.ttl.count());
}

}  // namespace headroom::tasks
