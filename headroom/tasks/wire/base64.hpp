// tasks/wire/base64.hpp: bytes as text, as Python's base64 module has it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace headroom::tasks {

/// base64.b64encode: the standard alphabet, padded.
std::string to_base64(std::string_view octets);

/// base64.b64decode without validation: characters outside of the alphabet are passed over, what
/// follows the padding is not read; nothing for wrong padding or a text that is not ASCII.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace headroom::tasks
