// bench/arguments.hpp: what benches of short, repeated measurements are told, and their main.
#pragma once
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <utility>

namespace headroom::bench {

/// [--json] [--rounds N] [--ms N] and words of the bench's own, each with a value:
/// more(settings, word, value). `with` has what holds otherwise. `Settings` has `json`, `rounds`
/// and, where --ms is one of its words, `each`, the length of one measurement.
template <class Settings, class More>
Settings read_arguments(int argc, char** argv, Settings with, More more) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") with.json = true;
        if (word == "--json") continue;
        const char* value = i + 1 < argc ? argv[++i] : "";
        const int number = std::atoi(value);
        if (word == "--rounds" && number > 0) with.rounds = static_cast<unsigned>(number);
        if constexpr (requires { with.each; })
            if (word == "--ms" && number > 0) with.each = std::chrono::milliseconds(number);
        more(with, word, value);
    }
    return with;
}

template <class Settings>
Settings read_arguments(int argc, char** argv, Settings with = {}) {
    return read_arguments(argc, argv, std::move(with), [](auto&, std::string_view, const char*) {});
}

/// What a bench's main returns: `body` done, or what it threw told on stderr.
template <class Body>
int run_bench(std::string_view bench, Body body) {
    try {
        body();
        return EXIT_SUCCESS;
    } catch (const std::exception& failed) {
        fmt::print(stderr, "bench_{}: {}\n", bench, failed.what());
        return EXIT_FAILURE;
    }
}

}  // namespace headroom::bench
