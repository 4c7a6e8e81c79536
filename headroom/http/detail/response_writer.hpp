// http/detail/response_writer.hpp: a response as bytes, and the small texts that go with it.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "headroom/http/response.hpp"
#include "headroom/observability/id_source.hpp"

namespace headroom::http::detail {

/// What the connection knows and a handler does not.
struct answer_terms {
    std::string_view date;
    std::string_view request_id;
    unsigned retry_after_s = 0;  ///< written with every 503 and 429 that says nothing itself
    bool body = true;            ///< false for HEAD
    bool close = false;
    bool say_keep_alive = false;  ///< an HTTP/1.0 client must be told
    bool chunked = true;          ///< a streamed body is; else it ends with the connection
};

/// Appends the answer to `out`. Requires a rendered response.
void append_answer(std::string& out, const response& of, const answer_terms& terms);

/// Appends a piece of a chunked body, which must not be empty: an empty chunk would end it.
void append_chunk(std::string& out, std::string_view piece);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// "Sun, 06 Nov 1994 08:49:37 GMT", formatted once a second. One thread's own.
class date_text {
public:
    /// The system's clock is asked ten times a second at most.
    std::string_view now(std::chrono::steady_clock::time_point by);
    std::string_view at(std::chrono::system_clock::time_point now);

private:
    std::chrono::steady_clock::time_point asked_again_{};
    std::chrono::sys_seconds of_{};
    std::string text_;
};

/// Ids for requests that bring none: 32 hexadecimal digits. One thread's own.
class request_ids {
public:
    /// The client's id when it is short and harmless, else a fresh one; written to `into`.
    void choose(std::string_view clients, std::string& into);

private:
    observability::id_source fresh_;
};

}  // namespace headroom::http::detail
