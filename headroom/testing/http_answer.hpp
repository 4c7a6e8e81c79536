// testing/http_answer.hpp: what a server said, cut into answers and judged.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::testing {

struct http_answer {
    unsigned status = 0;
    std::string head;  ///< status line and fields, with their line ends
    std::string body;

    /// A field's value; "" when it is not there. `name` as the server writes it.
    std::string field(std::string_view name) const;
};

/// All answers of a connection from its first byte to its close; nothing when these are not whole
/// answers with a Content-Length each. One to HEAD has no body. "100 Continue" is left out.
std::optional<std::vector<http_answer>> split_answers(std::string_view said);

/// Why this is not how an error has to be told: a problem of the answer's own status with the id
/// of its request. "" when all is well, or it is no error. To HEAD there is no body to judge.
std::string fault_of(const http_answer& in);

}  // namespace headroom::testing
