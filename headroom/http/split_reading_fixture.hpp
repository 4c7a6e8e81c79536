// http/split_reading_fixture.hpp: what the reader makes of a text, however it arrives; for tests.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "headroom/http/detail/request_reader.hpp"

namespace headroom::http::detail {

// What became of a text: "200" when one complete request begins it, the fault's status, or "more".
inline std::string outcome(std::string_view text, std::size_t split, const limits& bounds = {}) {
    using state = request_reader::state;
    request_reader reader(bounds);
    for (const auto part : {text.substr(0, split), text.substr(split)}) {
        if (reader.at() == state::complete || reader.at() == state::failed) break;
        reader.read(part);
    }
    if (reader.at() == state::complete) return "200";
    if (reader.at() == state::failed) return std::to_string(reader.failed()->status);
    return "more";
}

// The same at every split and byte by byte, or it is a failure of the test.
inline std::string read(std::string_view text, const limits& bounds = {}) {
    const auto whole = outcome(text, text.size(), bounds);
    for (std::size_t at = 0; at < text.size(); ++at)
        EXPECT_EQ(outcome(text, at, bounds), whole) << "split at " << at << " of: " << text;
    request_reader bytes(bounds);
    for (const auto& each : text) bytes.read({&each, 1});
    const bool complete = bytes.at() == request_reader::state::complete;
    EXPECT_EQ(complete, whole == "200") << "byte by byte: " << text;
    return whole;
}

// A request with these lines after a valid request line and Host.
inline std::string with_lines(std::string_view lines, std::string_view rest = "") {
    return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(lines) + "\r\n" + std::string(rest);
}

}  // namespace headroom::http::detail
