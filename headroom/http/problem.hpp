// http/problem.hpp: every error a client sees, in one format (RFC 9457).
//
// A handler returns a problem, or throws one wrapped in `failed`; the server adds what only it
// knows (instance, request_id, trace_id) and writes it. Parser errors and timeouts take the same
// road, so there is no second format. Nothing of the inside goes into a problem: no exception text,
// no statement, no address.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/refusal.hpp"

namespace headroom::http {

struct problem {
    unsigned status = 500;
    std::string detail{};              ///< a sentence about this occurrence; empty: left out
    std::string type = "about:blank";  ///< a URI that says what kind of problem it is
    std::string title{};               ///< empty: the status's phrase

    /// Adds an extension member. The name must be none of the standard ones.
    problem& with(std::string_view name, std::int64_t value);
    problem& with(std::string_view name, std::string_view value);
    /// `json`: the value's JSON text, for arrays and objects.
    problem& with_json(std::string_view name, std::string json);

    struct member {
        std::string name;
        std::string json;
    };
    std::vector<member> members{};
};

/// The JSON text. `instance` (the path, still encoded), `request_id` and `trace_id` are left out
/// when empty.
std::string to_json(const problem& of, std::string_view instance, std::string_view request_id,
                    std::string_view trace_id = {});

/// What a client is told when a unit was refused: 503 with the refusal's figures, and nobody's
/// name but the asker's.
problem to_problem(const budget::refusal& why);

/// A problem as an exception, for code that cannot go on. `for_log`: what the log is told and the
/// client is not.
class failed : public std::runtime_error {
public:
    explicit failed(problem why, std::string for_log = {})
        : std::runtime_error(why.detail.empty() ? "problem" : why.detail), why_(std::move(why)),
          for_log_(std::move(for_log)) {}
    const problem& why() const noexcept { return why_; }
    const std::string& for_log() const noexcept { return for_log_; }

private:
    problem why_;
    std::string for_log_;
};

}  // namespace headroom::http
