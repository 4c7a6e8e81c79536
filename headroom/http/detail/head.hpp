// http/detail/head.hpp: request line and header fields, parsed by the letter of RFC 9112.
#pragma once
#include <string>
#include <vector>

#include "headroom/http/detail/fault.hpp"
#include "headroom/http/detail/framing.hpp"
#include "headroom/http/detail/target.hpp"
#include "headroom/http/fields.hpp"
#include "headroom/http/method.hpp"

namespace headroom::http::detail {

/// Everything a head says. Views into the text it was parsed from and into itself: reused for the
/// next request, never copied.
struct head {
    head() = default;
    head(const head&) = delete;
    head& operator=(const head&) = delete;

    void clear();

    method verb = method::other;
    std::string_view method_name;
    std::string_view raw_target;
    target where;
    unsigned minor = 1;  ///< of HTTP/1.x
    std::vector<field> header_fields;
    framing frame;
    std::string decoded_path;  ///< storage of where.path, if it had to be decoded
};

/// `text`: what a head_scanner found complete. Fills `out`, whose old content is forgotten; at
/// fault, what was understood until then stays in it (method and target, for the log).
parsed<void> parse_head(std::string_view text, head& out);

/// Appends the fields of complete lines to `out`; also the judge of a trailer.
parsed<void> parse_fields(std::string_view lines, std::vector<field>& out);

}  // namespace headroom::http::detail
