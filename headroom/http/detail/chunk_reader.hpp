// http/detail/chunk_reader.hpp: a chunked body, byte by byte (RFC 9112 section 7.1).
//
// Sizes are 1*HEXDIG within bounds; extensions are checked against their grammar and forgotten,
// white space in them refused; trailer fields are checked and never become header fields.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/http/detail/fault.hpp"
#include "headroom/http/detail/head_scanner.hpp"
#include "headroom/http/settings.hpp"

namespace headroom::http::detail {

class chunk_reader {
public:
    explicit chunk_reader(const limits& bounds)
        : bounds_(&bounds), trailer_(bounds, head_scanner::block::trailer) {}

    /// Appends the data among `bytes` to `body`; returns how many bytes belong to the body, which
    /// is fewer than all only when it is complete or at fault.
    std::size_t read(std::string_view bytes, std::string& body);

    bool complete() const noexcept { return at_ == state::done; }
    const std::optional<fault>& failed() const noexcept { return failed_; }

private:
    enum class state {
        size_first,
        size,
        size_lf,
        data,
        data_cr,
        data_lf,
        name_first,
        name,
        value_first,
        value,
        quoted,
        escaped,
        quoted_end,
        trailer,
        done,
    };

    void size_line(char c, std::size_t body_size);
    void extension(char c);
    void end_of_size(char c);
    void size_digit(char c, std::size_t body_size);
    std::size_t data(std::string_view bytes, std::string& body);
    std::size_t read_trailer(std::string_view bytes);
    void refuse(std::string_view detail, unsigned status = 400) { failed_ = fault{status, detail}; }

    const limits* bounds_;
    head_scanner trailer_;
    std::string trailer_text_;
    state at_ = state::size_first;
    std::uint64_t left_ = 0;           // of the present chunk
    std::size_t extension_bytes_ = 0;  // of all chunks
    std::optional<fault> failed_;
};

}  // namespace headroom::http::detail
