// tasks/wire/json_reader.hpp: JSON as Python's json.loads() reads it, within bounds.
#pragma once
#include <string_view>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// The one document in `text`: RFC 8259 in UTF-8, and besides, as Python has it, the tokens NaN,
/// Infinity and -Infinity. Integers keep every digit, other numbers are the nearest double. An
/// escape of half a surrogate pair is kept (value.hpp); as raw bytes it is refused, as in Python.
/// Of a name that comes twice the last value counts.
decoded<value> read_json(std::string_view text, const codec_limits& limits = {});

}  // namespace headroom::tasks
