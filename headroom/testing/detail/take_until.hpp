// testing/detail/take_until.hpp: a text that arrives piece by piece, up to a mark.
#pragma once
#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace headroom::testing::detail {

/// Takes all up to the mark, and it, out of `read`. `more` adds to it, or answers false at the end,
/// for which this throws.
template <class More>
std::string take_until(std::string& read, std::string_view mark, More more) {
    for (std::size_t seen = 0;;) {
        if (const auto at = read.find(mark, seen); at != std::string::npos) {
            auto out = read.substr(0, at + mark.size());
            read.erase(0, out.size());
            return out;
        }
        seen = read.size() - std::min(read.size(), mark.size() - 1);
        if (!more()) throw std::runtime_error("the server closed; so far it said: " + read);
    }
}

}  // namespace headroom::testing::detail
