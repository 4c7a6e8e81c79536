#include "headroom/http/detail/framing.hpp"

#include <algorithm>
#include <limits>

#include "headroom/http/detail/grammar.hpp"
#include "headroom/http/detail/target.hpp"

namespace headroom::http::detail {
namespace {

// 1*DIGIT; one too large for 64 bits is too large for us as well.
parsed<std::uint64_t> parse_length(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
        return bad("Content-Length is not a number.");
    std::uint64_t value = 0;
    for (const char c : text) {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10)
            return bad("The body is too large.", 413);
        value = value * 10 + digit;
    }
    return value;
}

// What one walk over the fields gathers; decided upon afterwards.
struct gathered {
    std::size_t lengths = 0, hosts = 0, codings = 0, chunkeds = 0;
    bool chunked_last = false, empty_coding = false;
    std::string_view length, host;
    bool close = false, keep_alive = false;
    bool expects_continue = false, expects_else = false;
};

void gather_codings(std::string_view value, gathered& into) {
    std::size_t found = 0;
    for_each_element(value, [&](std::string_view coding) {
        ++found;
        into.chunked_last = equal_ignoring_case(coding, "chunked");
        if (into.chunked_last) ++into.chunkeds;
    });
    into.codings += found;
    if (found == 0) into.empty_coding = true;
}

void gather(const field& each, gathered& into) {
    switch (each.name.size()) {
        case 4:
            if (!equal_ignoring_case(each.name, "host")) return;
            ++into.hosts;
            into.host = each.value;
            return;
        case 6:
            if (!equal_ignoring_case(each.name, "expect")) return;
            (equal_ignoring_case(each.value, "100-continue") ? into.expects_continue
                                                             : into.expects_else) = true;
            return;
        case 10:
            if (!equal_ignoring_case(each.name, "connection")) return;
            for_each_element(each.value, [&](std::string_view option) {
                if (equal_ignoring_case(option, "close")) into.close = true;
                if (equal_ignoring_case(option, "keep-alive")) into.keep_alive = true;
            });
            return;
        case 14:
            if (!equal_ignoring_case(each.name, "content-length")) return;
            ++into.lengths;
            into.length = each.value;
            return;
        case 17:
            if (equal_ignoring_case(each.name, "transfer-encoding"))
                gather_codings(each.value, into);
            return;
        default:
            return;
    }
}

parsed<framing> decide_body(const gathered& seen, unsigned minor, framing out) {
    if (seen.codings > 0 || seen.empty_coding) {
        if (minor == 0) return bad("HTTP/1.0 has no transfer codings.");
        if (seen.lengths > 0)
            return bad("Content-Length and Transfer-Encoding exclude each other.");
        if (seen.empty_coding || !seen.chunked_last || seen.chunkeds > 1)
            return bad("The last transfer coding must be chunked, once.");
        if (seen.codings > 1) return bad("This server knows no transfer coding but chunked.", 501);
        out.body = framing::kind::chunked;
        return out;
    }
    if (seen.lengths == 0) return out;
    if (seen.lengths > 1) return bad("Content-Length is repeated.");
    const auto length = parse_length(seen.length);
    if (!length) return std::unexpected(length.error());
    out.body = *length == 0 ? framing::kind::none : framing::kind::length;
    out.length = *length;
    return out;
}

}  // namespace

parsed<framing> decide_framing(const fields& headers, unsigned minor) {
    gathered seen;
    for (const auto& each : headers.all()) gather(each, seen);
    if (seen.hosts > 1) return bad("Host is repeated.");
    if (seen.hosts == 0 && minor > 0) return bad("Host is missing.");
    if (!is_host(seen.host)) return bad("Host is malformed.");
    framing out;
    out.host = seen.host;
    out.keep_alive = !seen.close && (minor > 0 || seen.keep_alive);
    const auto decided = decide_body(seen, minor, out);
    if (!decided) return decided;
    if (seen.expects_else) return bad("This expectation cannot be met.", 417);
    out = *decided;
    out.expects_continue = seen.expects_continue && minor > 0 && out.body != framing::kind::none;
    return out;
}

}  // namespace headroom::http::detail
