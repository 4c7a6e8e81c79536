// Pickles of any bytes are read or refused within their bounds, and what was read is written as a
// pickle and as JSON of the same value.
#include <cstdlib>
#include <string_view>

#include "headroom/tasks/wire/json_reader.hpp"
#include "headroom/tasks/wire/json_writer.hpp"
#include "headroom/tasks/wire/pickle_reader.hpp"
#include "headroom/tasks/wire/pickle_writer.hpp"

namespace {

using namespace headroom::tasks;

constexpr codec_limits roomy{.bytes = 64 << 20, .depth = codec_depth_max, .values = 1'000'000,
                             .text_bytes = 64 << 20};

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = read_pickle({reinterpret_cast<const char*>(data), size});
    if (!read) return require(!read.error().message().empty()), 0;
    const auto pickle = to_pickle(*read);
    const auto json = to_json(*read);
    require(pickle.has_value() == json.has_value());
    if (!pickle) return 0;  // bytes that are no text
    require(to_pickle(read_pickle(*pickle, roomy).value()) == *pickle);
    require(to_json(read_json(*json, roomy).value()) == *json);
    require(to_pickle(read_json(*json, roomy).value()) == *pickle);
    return 0;
}
