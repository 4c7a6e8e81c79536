// The strict rejections of llhttp's own test cases, read from its Markdown where that is at hand.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "headroom/http/detail/request_reader.hpp"

namespace headroom::http::detail {
namespace {

struct vector_case {
    std::string file, input, error;
};

std::filesystem::path vectors() {
    const char* said = std::getenv("HEADROOM_VECTORS");
    return std::filesystem::path(said != nullptr ? said : HEADROOM_VECTORS_DEFAULT) /
           "llhttp-request";
}

// A literal line end is CR LF, unless a backslash stands before it; \r, \n, \t and \f are escapes.
std::string unescape(std::string text) {
    text = std::regex_replace(text, std::regex("\\\\\n"), "");
    text = std::regex_replace(text, std::regex("\n"), "\r\n");
    for (const auto& [from, to] :
         {std::pair{"\\\\r", "\r"}, {"\\\\n", "\n"}, {"\\\\t", "\t"}, {"\\\\f", "\f"}})
        text = std::regex_replace(text, std::regex(from), to);
    return text;
}

std::string between(std::string_view text, std::string_view open, std::size_t& at) {
    const auto from = text.find(open, at);
    if (from == std::string_view::npos) return {};
    const auto start = from + open.size();
    const auto end = text.find("```", start);
    at = end;
    return std::string(text.substr(start, end - start));
}

// Every strict case of a file whose expected log holds an error.
void collect(const std::filesystem::path& file, std::vector<vector_case>& into) {
    std::stringstream all;
    all << std::ifstream(file).rdbuf();
    const auto text = all.str();
    for (std::size_t at = text.find("<!-- meta="); at != std::string::npos;
         at = text.find("<!-- meta=", at)) {
        const auto meta = text.substr(at, text.find("-->", at) - at);
        const auto input = between(text, "```http\n", at);
        const auto log = between(text, "```log\n", at);
        const auto error = log.find("error code=");
        if (meta.find("\"request\"") == std::string::npos || error == std::string::npos) continue;
        into.push_back({file.filename().string(), unescape(input.substr(0, input.size() - 1)),
                        log.substr(error, log.find('\n', error) - error)});
    }
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
    if (!std::filesystem::is_directory(vectors())) GTEST_SKIP() << "no vectors at " << vectors();
    std::vector<vector_case> cases;
    for (const auto& entry : std::filesystem::directory_iterator(vectors())) {
        const auto name = entry.path().filename().string();
        if (name != "pausing.md") collect(entry.path(), cases);  // pauses are llhttp's callbacks
    }
    EXPECT_GE(cases.size(), 63u);
    unsigned refused = 0, upgrades = 0;
    for (const auto& each : cases) {
        if (is_refused(with_host(each.input))) {
            ++refused;
        } else if (each.error.find("Pause on CONNECT/Upgrade") != std::string::npos) {
            ++upgrades;  // llhttp hands the connection over; we ignore the wish (RFC 9110, 7.8)
        } else {
            ADD_FAILURE() << each.file << ": " << each.error << "\n" << each.input;
        }
    }
    RecordProperty("refused", static_cast<int>(refused));
    EXPECT_LE(upgrades, 5u);
}

}  // namespace
}  // namespace headroom::http::detail
