#include "headroom/testing/mutated_requests.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace headroom::testing {
namespace {

using namespace std::string_view_literals;

// What parsers have stumbled over before.
constexpr std::array tokens{
    "\r\n"sv,
    "\n"sv,
    "\r"sv,
    "\0"sv,
    " "sv,
    "\t"sv,
    ":"sv,
    "\x0b"sv,
    "\x7f"sv,
    "\xff"sv,
    "%00"sv,
    "%2f%2e%2e"sv,
    "/../"sv,
    "?"sv,
    "#"sv,
    "*"sv,
    "HTTP/1.0"sv,
    "HTTP/9.9"sv,
    "\r\n\r\n"sv,
    "\r\n folded"sv,
    "\r\nHost: y"sv,
    "\r\nContent-Length: 5"sv,
    "\r\nContent-Length: -1"sv,
    "\r\nContent-Length: 99999999999999999999"sv,
    "\r\nTransfer-Encoding: chunked"sv,
    "\r\nTransfer-Encoding : chunked"sv,
    "\r\nTransfer-Encoding: chunked, identity"sv,
    "\r\nExpect: 100-continue"sv,
    "\r\nExpect: miracles"sv,
    "\r\nConnection: close, upgrade"sv,
    "\r\nUpgrade: h2c"sv,
    "\r\nContent-Type: text/plain"sv,
    "\r\nX-Request-Id: \"<x>\""sv,
    "\r\n0\r\n\r\n"sv,
    "ffffffffffffffff\r\n"sv,
    "1;a=\"b\r\n"sv,
    "{\"a\":"sv,
    "[[[[[[[["sv,
    "\\ud800"sv,
    "1e999"sv,
    "null"sv,
};

}  // namespace

std::uint64_t fuzz_seed() {
    if (const char* given = std::getenv("HEADROOM_FUZZ_SEED"); given != nullptr)
        return std::strtoull(given, nullptr, 10);
    return std::random_device()();
}

mutated_requests::mutated_requests(std::uint64_t seed, std::vector<std::string> valid)
    : random_(seed), valid_(std::move(valid)) {}

std::string mutated_requests::next() {
    if (below(10) == 0) return noise();
    auto text = valid_[below(valid_.size())];
    for (auto left = 1 + below(5); left > 0; --left) mutate(text);
    if (text.size() > bytes_max) text.resize(bytes_max);
    return text;
}

std::string mutated_requests::noise() {
    std::string text(below(400), '\0');
    for (auto& each : text) each = static_cast<char>(below(256));
    return text;
}

std::string_view mutated_requests::token() { return tokens[below(tokens.size())]; }

void mutated_requests::mutate(std::string& text) {
    if (text.empty()) text = token();
    const auto at = below(text.size());
    switch (below(8)) {
        case 0:
            text[at] = static_cast<char>(below(256));
            return;
        case 1:
            text.erase(at, 1 + below(8));
            return;
        case 2:
            text.resize(at);
            return;
        case 3:
            text.insert(at, text.substr(place_in(text), 1 + below(60)));
            return;
        case 4:
            return spread(text);
        case 5: {  // the head of one, the rest of another
            const auto& other = valid_[below(valid_.size())];
            text = text.substr(0, at) + other.substr(place_in(other));
            return;
        }
        default:
            text.insert(at, token());
    }
}

// Something small becomes long.
void mutated_requests::spread(std::string& text) {
    const auto what = std::string(token());
    std::string many;
    for (auto left = below(600); left > 0; --left) many += what;
    text.insert(below(text.size()), many);
}

std::string printable(std::string_view text) {
    std::string out;
    for (const char each : text) {
        if (each >= ' ' && each <= '~') {
            out += each;
        } else {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(each));
        }
    }
    return out;
}

}  // namespace headroom::testing
