// testing/mutated_requests.hpp: requests that are wrong in ways nobody wrote down.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::testing {

/// HEADROOM_FUZZ_SEED, or a fresh one; a test prints it, so that a failure can be had again.
std::uint64_t fuzz_seed();

/// An endless row of texts: valid requests with one to five mutations each, every tenth one random
/// bytes. The same seed gives the same row. At most bytes_max each.
class mutated_requests {
public:
    static constexpr std::size_t bytes_max = 16 * 1024;

    /// `valid`: at least one.
    mutated_requests(std::uint64_t seed, std::vector<std::string> valid);

    std::string next();

private:
    std::string noise();
    void mutate(std::string& text);
    void spread(std::string& text);
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
    std::size_t place_in(const std::string& text) { return below(text.size() + 1); }
    std::string_view token();

    std::mt19937_64 random_;
    const std::vector<std::string> valid_;
};

/// With every byte that is no printable ASCII as \xNN, for a test's report.
std::string printable(std::string_view text);

}  // namespace headroom::testing
