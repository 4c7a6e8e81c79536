// tasks/wire/codec_fault.hpp: why bytes were not read, or a value was not written.
#pragma once
#include <cstddef>
#include <expected>
#include <string>

namespace headroom::tasks {

/// What bytes from outside may cost before they are refused. Checked before memory is taken.
struct codec_limits {
    std::size_t bytes = 1 << 20;       ///< of the encoded document
    std::size_t depth = 64;            ///< containers within containers; at most codec_depth_max
    std::size_t values = 100'000;      ///< of one document, containers and names included
    std::size_t text_bytes = 4 << 20;  ///< of all texts once read: a pickle may repeat one
};

inline constexpr std::size_t codec_depth_max = 128;       ///< readers and writers recurse so deep
inline constexpr std::size_t integer_digits_max = 4'300;  ///< Python's own bound on int(text)

enum class codec_fault_kind {
    too_large,    ///< more bytes, digits or text than the limits allow
    too_deep,     ///< containers within containers within ...
    too_many,     ///< values
    malformed,    ///< not of the format at all
    forbidden,    ///< a pickle's opcode that could name or run code
    unsupported,  ///< a serializer headroom does not read
    wrong_shape,  ///< well-formed, but a member is missing or of another kind
};

/// A refusal. Names the place and the rule, never the content, which may be a secret.
struct codec_fault {
    codec_fault_kind kind = codec_fault_kind::malformed;
    std::string what;        ///< "task_id is not a string"
    std::size_t offset = 0;  ///< the byte where reading stopped; 0 where there is none
    /// One line: "malformed at byte 12: a name without a colon".
    std::string message() const;
};

template <class T>
using decoded = std::expected<T, codec_fault>;

/// The refusal of one member: "labels.timeout: not a number".
std::unexpected<codec_fault> wrong_shape(std::string what);

std::string to_string(codec_fault_kind kind);

}  // namespace headroom::tasks
