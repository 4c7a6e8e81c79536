// The strict rejections of llhttp's own test cases.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "headroom/http/detail/request_reader.hpp"

namespace headroom::http::detail {
namespace {

struct vector_case {
    std::string file, reason, input;
};

std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            plain += text[at];
            continue;
        }
        switch (text.at(++at)) {
            case 'r': plain += '\r'; break;
            case 'n': plain += '\n'; break;
            case 't': plain += '\t'; break;
            case 'f': plain += '\f'; break;
            case 'x':
                plain += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), {}, 16));
                at += 2;
                break;
            default: plain += text[at];
        }
    }
    return plain;
}

std::vector<vector_case> cases() {
    std::vector<vector_case> all;
    std::ifstream lines(HEADROOM_LLHTTP_REJECTIONS);
    for (std::string file, reason, input; std::getline(lines, file, '\t');) {
        while (file.starts_with('#')) file.erase(0, file.find('\n') + 1);
        std::getline(lines, reason, '\t');
        std::getline(lines, input);
        all.push_back({file, reason, unescape(input)});
    }
    return all;
}

// Most cases lack a Host, which alone would have them refused.
std::string with_host(std::string text) {
    const auto end = text.find("\r\n");
    if (end == std::string::npos || text.find("Host:") != std::string::npos) return text;
    return text.insert(end + 2, "Host: x\r\n");
}

// Refused by the reader, by the router (a method nobody knows), or never looked at because the
// connection ends before it.
bool is_refused(std::string_view text) {
    const limits bounds;
    request_reader reader(bounds);
    while (!text.empty()) {
        text.remove_prefix(reader.read(text));
        // Some cases stop in the middle of a head.
        if (text.empty() && reader.at() == request_reader::state::head) reader.read("\r\n\r\n");
        if (reader.at() == request_reader::state::failed) return true;
        if (reader.at() != request_reader::state::complete) return false;
        if (reader.head().verb == method::other || !reader.head().frame.keep_alive) return true;
        reader.reset();
    }
    return false;
}

TEST(LlhttpVectors, AreRefusedWhereLlhttpRefuses) {
    const auto all = cases();
    ASSERT_EQ(all.size(), 65u);
    unsigned refused = 0, upgrades = 0;
    for (const auto& each : all) {
        if (is_refused(with_host(each.input))) {
            ++refused;
        } else if (each.reason == "Pause on CONNECT/Upgrade") {
            ++upgrades;  // llhttp hands the connection over; we ignore the wish (RFC 9110, 7.8)
        } else {
            ADD_FAILURE() << each.file << ": " << each.reason << "\n" << each.input;
        }
    }
    RecordProperty("refused", static_cast<int>(refused));
    EXPECT_LE(upgrades, 5u);
}

}  // namespace
}  // namespace headroom::http::detail
