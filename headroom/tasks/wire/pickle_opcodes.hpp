// tasks/wire/pickle_opcodes.hpp: the names and bytes of a pickle's opcodes (CPython's pickletools).
#pragma once
#include <cstdint>
#include <string_view>

namespace headroom::tasks::opcode {

inline constexpr std::uint8_t proto = 0x80, frame = 0x95, stop = '.', mark = '(';
inline constexpr std::uint8_t memoize = 0x94, binput = 'q', binget = 'h', long_binget = 'j';
inline constexpr std::uint8_t empty_dict = '}', setitem = 's', setitems = 'u';
inline constexpr std::uint8_t empty_list = ']', append = 'a', appends = 'e';
inline constexpr std::uint8_t empty_tuple = ')', tuple = 't';
inline constexpr std::uint8_t tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87;
inline constexpr std::uint8_t none = 'N', newtrue = 0x88, newfalse = 0x89;
inline constexpr std::uint8_t binint = 'J', binint1 = 'K', binint2 = 'M';
inline constexpr std::uint8_t long1 = 0x8a, long4 = 0x8b, binfloat = 'G';
inline constexpr std::uint8_t short_binunicode = 0x8c, binunicode = 'X', binunicode8 = 0x8d;
inline constexpr std::uint8_t short_binbytes = 'C', binbytes = 'B';

/// "REDUCE" for an opcode that is never carried out, so that a refusal can say which it was; empty
/// for a byte that is no opcode at all.
std::string_view refused_name(std::uint8_t code) noexcept;

}  // namespace headroom::tasks::opcode
