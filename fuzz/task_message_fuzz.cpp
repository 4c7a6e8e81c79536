// Messages of any bytes, JSON or pickle, are read or refused; what was read is written as JSON that
// is read as the same, once more after a retry and a requeue.
#include <cstdlib>
#include <string_view>

#include "headroom/tasks/wire/label_words.hpp"
#include "headroom/tasks/wire/task_message.hpp"

namespace {

using namespace headroom::tasks;

void require(bool holds) {
    if (!holds) std::abort();
}

void read_again(const decoded<task_message>& message) {
    const auto text = message ? write_message(*message) : decoded<std::string>();
    if (!message || !text) return;  // most inputs are no message, and bytes are no JSON
    const auto again = read_message(*text, {.bytes = 8 << 20, .depth = codec_depth_max});
    require(again && write_message(*again) == *text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto message = read_message({reinterpret_cast<const char*>(data), size});
    if (!message) return require(!message.error().message().empty()), 0;
    read_again(message);
    read_again(retried(*message));
    read_again(requeued(*message));
    const auto timeout = timeout_of(message->labels);
    require(!timeout || !*timeout || **timeout <= label_duration_max);
    (void)ack_moment_of(message->labels);
    (void)retry_on_error_of(message->labels, false);
    return 0;
}
