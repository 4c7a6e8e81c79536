// budget/exit_code.hpp: what a program of headroom says to the shell that started it.
#pragma once

namespace headroom::budget::exit_code {

// The numbers of BSD's sysexits.h where one fits: supervisors and scripts know them.
inline constexpr int ok = 0;
inline constexpr int verdict = 1;       ///< --fail-on: a plan or a server is worse than allowed
inline constexpr int usage = 64;        ///< the command line
inline constexpr int manifest = 65;     ///< a manifest that cannot be read or understood
inline constexpr int internal = 70;     ///< a broken program: report it
inline constexpr int unavailable = 75;  ///< servers full or unreachable after the start timeout
inline constexpr int refused = 78;      ///< settings, budget, rights or password: change one

}  // namespace headroom::budget::exit_code
