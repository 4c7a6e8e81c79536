// tasks/wire/pickle_writer.hpp: plain data as a pickle that every Python 3 loads.
#pragma once
#include <string>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// Protocol 2, without memo and frames. The value is what JSON would carry, as Python's own pickles
/// of results and schedules are: NaN and infinities become None, bytes the text they are in UTF-8;
/// refused is what to_json() refuses.
decoded<std::string> to_pickle(const value& of);

}  // namespace headroom::tasks
