// testing/soon.hpp: the deadline of a test that expects no delay.
#pragma once
#include "headroom/runtime/deadline.hpp"

namespace headroom::testing {

/// Far beyond what a healthy machine needs, and an end for a test that hangs.
inline deadline soon() { return deadline::after(std::chrono::seconds(10)); }

}  // namespace headroom::testing
