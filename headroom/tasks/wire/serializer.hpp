// tasks/wire/serializer.hpp: in which format bytes are written, and both ways for those we write.
#pragma once
#include <string>
#include <string_view>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// Formats a Python side may have chosen; headroom reads and writes the first two.
enum class serializer { json, pickle, msgpack, cbor };

std::string_view to_string(serializer format) noexcept;

/// By the first bytes of a document whose outermost value is an object. ORJSON's is json. What is
/// none of the four is taken for JSON, whose reader then says what is wrong with it.
serializer sniff(std::string_view bytes) noexcept;

/// What the bytes hold, in whichever of JSON and pickle; msgpack and CBOR are `unsupported` by
/// name.
decoded<value> read_value(std::string_view bytes, const codec_limits& limits = {});

/// Requires json or pickle.
decoded<std::string> write_value(const value& of, serializer format);

}  // namespace headroom::tasks
