#include "headroom/http/detail/chunk_reader.hpp"

#include <algorithm>
#include <vector>

#include "headroom/http/detail/grammar.hpp"
#include "headroom/http/detail/head.hpp"

namespace headroom::http::detail {

std::size_t chunk_reader::read(std::string_view bytes, std::string& body) {
    std::size_t used = 0;
    while (used < bytes.size() && !failed_ && at_ != state::done) {
        const auto rest = bytes.substr(used);
        if (at_ == state::data) {
            used += data(rest, body);
        } else if (at_ == state::trailer) {
            used += read_trailer(rest);
        } else {
            size_line(rest.front(), body.size());
            ++used;
        }
    }
    return used;
}

void chunk_reader::size_line(char c, std::size_t body_size) {
    switch (at_) {
        case state::size_first:
            left_ = 0;
            if (!is(c, hex_char)) return refuse("A chunk size is not a number.");
            return size_digit(c, body_size);
        case state::size:
            if (is(c, hex_char)) return size_digit(c, body_size);
            return end_of_size(c);
        case state::size_lf:
            if (c != '\n') return refuse("A chunk size does not end its line.");
            at_ = left_ == 0 ? state::trailer : state::data;
            return;
        case state::data_cr:
            if (c != '\r') return refuse("A chunk is longer than its size.");
            at_ = state::data_lf;
            return;
        case state::data_lf:
            if (c != '\n') return refuse("A chunk is longer than its size.");
            at_ = state::size_first;
            return;
        default:
            return extension(c);
    }
}

void chunk_reader::size_digit(char c, std::size_t body_size) {
    at_ = state::size;
    // Refused at the digit that makes it too large, so it cannot overflow.
    left_ = left_ * 16 + hex_value(c);
    if (left_ > bounds_->body_max - std::min(body_size, bounds_->body_max))
        refuse("The body is too large.", 413);
    // Leading zeros say nothing, and are paid for like an extension.
    if (left_ == 0 && ++extension_bytes_ > bounds_->chunk_extension_bytes_max)
        refuse("A chunk size has too many digits.");
}

void chunk_reader::end_of_size(char c) {
    if (c == ';') {
        at_ = state::name_first;
    } else if (c == '\r') {
        at_ = state::size_lf;
    } else {
        refuse("A chunk size is not a number.");
    }
}

void chunk_reader::extension(char c) {
    if (++extension_bytes_ > bounds_->chunk_extension_bytes_max)
        return refuse("The chunk extensions are too long.");
    switch (at_) {
        case state::name_first:
        case state::value:
        case state::name:
            if (is(c, token_char)) {
                if (at_ == state::name_first) at_ = state::name;
                return;
            }
            if (at_ == state::name_first) break;
            if (at_ == state::name && c == '=') {
                at_ = state::value_first;
                return;
            }
            return end_of_size(c);
        case state::value_first:
            if (c != '"' && !is(c, token_char)) break;
            at_ = c == '"' ? state::quoted : state::value;
            return;
        case state::quoted:
            if (!is(c, text_char)) break;
            if (c == '"') at_ = state::quoted_end;
            if (c == '\\') at_ = state::escaped;
            return;
        case state::escaped:
            if (!is(c, text_char)) break;
            at_ = state::quoted;
            return;
        case state::quoted_end:
            return end_of_size(c);
        default:
            break;
    }
    refuse("A chunk extension is malformed.");
}

std::size_t chunk_reader::data(std::string_view bytes, std::string& body) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    body.append(bytes.substr(0, part));
    left_ -= part;
    if (left_ == 0) at_ = state::data_cr;
    return part;
}

std::size_t chunk_reader::read_trailer(std::string_view bytes) {
    const auto used = trailer_.scan(bytes);
    trailer_text_.append(bytes.substr(0, used));
    failed_ = trailer_.failed();
    if (failed_ || !trailer_.complete()) return used;
    std::vector<field> forgotten;
    if (auto judged = parse_fields(trailer_text_, forgotten); !judged) failed_ = judged.error();
    at_ = state::done;
    return used;
}

}  // namespace headroom::http::detail
