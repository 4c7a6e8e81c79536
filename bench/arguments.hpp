// bench/arguments.hpp: what benches of short, repeated measurements are told.
#pragma once
#include <chrono>
#include <cstdlib>
#include <string_view>

namespace headroom::bench {

/// [--json] [--rounds N] [--ms N]; `with` has what holds otherwise. `Settings` has `json`, `rounds`
/// and `each`, the length of one measurement.
template <class Settings>
Settings read_arguments(int argc, char** argv, Settings with = {}) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") with.json = true;
        if (word == "--json") continue;
        const int number = i + 1 < argc ? std::atoi(argv[++i]) : 0;
        if (word == "--rounds" && number > 0) with.rounds = static_cast<unsigned>(number);
        if (word == "--ms" && number > 0) with.each = std::chrono::milliseconds(number);
    }
    return with;
}

}  // namespace headroom::bench
