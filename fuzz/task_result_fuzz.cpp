// Results and progress of any bytes are read or refused; what was read is written in both formats
// and read as the same.
#include <cstdlib>
#include <string_view>

#include "headroom/tasks/wire/task_result.hpp"

namespace {

using namespace headroom::tasks;

constexpr codec_limits roomy{.bytes = 64 << 20, .depth = codec_depth_max, .values = 1'000'000,
                             .text_bytes = 64 << 20};

void require(bool holds) {
    if (!holds) std::abort();
}

template <class Thing, class Read, class Write>
void travel(const decoded<Thing>& thing, Read&& read, Write&& write) {
    if (!thing) return require(!thing.error().message().empty());
    for (const auto format : {serializer::json, serializer::pickle}) {
        const auto text = write(*thing, format);
        if (!text) return;  // bytes that are no text
        const auto again = read(*text, roomy);
        require(again && write(*again, format) == *text);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    travel(read_result(bytes), read_result, write_result);
    travel(read_progress(bytes), read_progress, write_progress);
    return 0;
}
