// tasks/wire/pickle_reader.hpp: a Python pickle of plain data, read without running any of it.
//
// A pickle is a program for a stack machine, and its opcodes may name and call any function. This
// machine has no such opcode: it knows those that dictionaries, lists, texts, numbers, booleans and
// None are made of (protocols 2 to 5), and refuses the first other one by name.
#pragma once
#include <string_view>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// The value of a pickle. Tuples become arrays; names must be texts; halves of a surrogate pair are
/// joined (value.hpp). What is shared within the pickle is copied, and counts each time towards
/// the limits; something that contains itself is too deep. The length in FRAME is not relied upon.
decoded<value> read_pickle(std::string_view bytes, const codec_limits& limits = {});

}  // namespace headroom::tasks
