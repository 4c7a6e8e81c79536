// testing/sanitized.hpp: whether this is a build under a sanitizer.
#pragma once

namespace headroom::testing {

/// Slower many times over: what a test repeats for the sake of chance, it repeats less.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace headroom::testing
