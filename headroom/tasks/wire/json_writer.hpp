// tasks/wire/json_writer.hpp: JSON as Python's json.dumps() writes it, byte for byte.
#pragma once
#include <string>
#include <string_view>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// ", " and ": " between things, ASCII only, members in their order. What JSON does not have is
/// written as pydantic does: NaN and infinities as null, bytes as the text they are in UTF-8.
/// Refused are bytes and texts that are not UTF-8, and containers nested deeper than
/// codec_depth_max.
decoded<std::string> to_json(const value& of);

/// Appends `text`, which must be WTF-8, in quotes, everything beyond ASCII as \uXXXX.
void append_json_text(std::string& to, std::string_view text);

}  // namespace headroom::tasks
