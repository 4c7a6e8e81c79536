#include "headroom/http/detail/head.hpp"

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::detail {
namespace {

// "HTTP/1.1"; one digit a side, so that "HTTP/01.1" is malformed and "HTTP/2.0" is another version.
parsed<unsigned> parse_version(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 8 || !text.starts_with("HTTP/") || text[6] != '.' || !digit(text[5]) ||
        !digit(text[7]))
        return bad("The protocol version is malformed.");
    if (text[5] != '1' || text[7] > '1')
        return bad("This server speaks HTTP/1.1 and HTTP/1.0.", 505);
    return static_cast<unsigned>(text[7] - '0');
}

parsed<void> parse_request_line(std::string_view line, head& out) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return bad("The request line is not \"METHOD target HTTP/1.1\".");
    out.method_name = line.substr(0, first);
    if (!is_token(out.method_name)) return bad("The method is malformed.");
    out.verb = parse_method(out.method_name);
    const auto version = parse_version(line.substr(last + 1));
    if (!version) return std::unexpected(version.error());
    out.minor = *version;
    out.raw_target = line.substr(first + 1, last - first - 1);
    auto where = parse_target(out.verb, out.raw_target, out.decoded_path);
    if (!where) return std::unexpected(where.error());
    out.where = *where;
    return {};
}

}  // namespace

void head::clear() {
    verb = method::other;
    method_name = raw_target = {};
    where = {};
    minor = 1;
    header_fields.clear();
    frame = {};
}

parsed<void> parse_fields(std::string_view lines, std::vector<field>& out) {
    while (!lines.empty()) {
        const auto end = lines.find("\r\n");
        const auto line = lines.substr(0, end);
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 2);
        if (line.empty()) continue;
        if (line.front() == ' ' || line.front() == '\t')
            return bad("A header line begins with white space.");
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return bad("A header line has no colon.");
        const auto name = line.substr(0, colon);
        if (!is_token(name)) return bad("A header name is malformed.");
        out.push_back({name, trim(line.substr(colon + 1))});
    }
    return {};
}

parsed<void> parse_head(std::string_view text, head& out) {
    out.clear();
    if (text.starts_with("\r\n")) text.remove_prefix(2);
    const auto end = text.find("\r\n");
    if (auto read = parse_request_line(text.substr(0, end), out); !read) return read;
    if (auto read = parse_fields(text.substr(end + 2), out.header_fields); !read) return read;
    const auto decided = decide_framing(fields(out.header_fields), out.minor);
    if (!decided) return std::unexpected(decided.error());
    out.frame = *decided;
    if (out.where.authority.empty()) return {};
    // It counts, and not what the field says (RFC 9112, section 3.2.2): whoever asks for the host
    // sees no other than the one the request went to.
    out.frame.host = out.where.authority;
    for (auto& each : out.header_fields)
        if (equal_ignoring_case(each.name, "host")) each.value = out.where.authority;
    return {};
}

}  // namespace headroom::http::detail
