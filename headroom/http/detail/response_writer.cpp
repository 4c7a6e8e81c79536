#include "headroom/http/detail/response_writer.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <boost/assert.hpp>
#include <charconv>

#include "headroom/http/detail/grammar.hpp"
#include "headroom/http/status.hpp"

namespace headroom::http::detail {
namespace {

constexpr std::size_t client_id_bytes_max = 64;

void append_number(std::string& out, std::uint64_t value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void append_hex(std::string& out, std::uint64_t value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
    out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

bool has_added(const response& of, std::string_view name) {
    return std::ranges::any_of(
        of.added(), [name](const auto& each) { return equal_ignoring_case(each.first, name); });
}

void append_framing(std::string& out, const response& of, bool chunked) {
    if (of.status() == 204 || of.status() == 304 || of.upgraded() != nullptr)
        return;  // RFC 9110 section 8.6
    if (of.streamed() != nullptr) {
        if (chunked) out += "Transfer-Encoding: chunked\r\n";
        return;
    }
    out += "Content-Length: ";
    append_number(out, of.body().size());
    out += "\r\n";
}

void append_connection(std::string& out, const response& of, const answer_terms& terms) {
    if (of.upgraded() != nullptr) {
        out += "Upgrade: websocket\r\nConnection: Upgrade\r\n";
        return;
    }
    const bool offers_upgrade = of.status() == 426;  // RFC 9110 section 7.8: for this hop
    const std::string_view stays =
        terms.close ? "close" : terms.say_keep_alive ? "keep-alive" : std::string_view();
    if (!offers_upgrade && stays.empty()) return;
    out += "Connection: ";
    if (offers_upgrade) out += stays.empty() ? "Upgrade" : "Upgrade, ";
    out.append(stays).append("\r\n");
}

bool is_decent_id(std::string_view text) {
    return !text.empty() && text.size() <= client_id_bytes_max &&
           std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' ||
                      c == '_' || c == '.' || c == ':';
           });
}

}  // namespace

void append_answer(std::string& out, const response& of, const answer_terms& terms) {
    out += "HTTP/1.1 ";
    append_number(out, of.status());
    out += ' ';
    out += reason_phrase(of.status());
    out += "\r\n";
    append_field(out, "Date", terms.date);
    if (!of.content_type().empty() && of.status() != 304)
        append_field(out, "Content-Type", of.content_type());
    append_framing(out, of, terms.chunked);
    if (!terms.request_id.empty()) append_field(out, "X-Request-Id", terms.request_id);
    for (const auto& [name, value] : of.added()) append_field(out, name, value);
    const bool come_back = of.status() == 503 || of.status() == 429;
    if (come_back && terms.retry_after_s > 0 && !has_added(of, "Retry-After"))
        append_field(out, "Retry-After", std::to_string(terms.retry_after_s));
    append_connection(out, of, terms);
    out += "\r\n";
    if (terms.body && of.status() != 204 && of.status() != 304) out += of.body();
}

void append_chunk(std::string& out, std::string_view piece) {
    BOOST_ASSERT(!piece.empty());
    append_hex(out, piece.size());
    out.append("\r\n").append(piece).append("\r\n");
}

std::string_view date_text::now(std::chrono::steady_clock::time_point by) {
    if (by < asked_again_) return text_;
    asked_again_ = by + std::chrono::milliseconds(100);
    return at(std::chrono::system_clock::now());
}

std::string_view date_text::at(std::chrono::system_clock::time_point now) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second != of_) {
        of_ = second;
        text_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                            fmt::gmtime(std::chrono::system_clock::to_time_t(second)));
    }
    return text_;
}

void request_ids::choose(std::string_view clients, std::string& into) {
    if (is_decent_id(clients)) {
        into = clients;
        return;
    }
    into.resize(32);
    fresh_.write_hex(into);
}

}  // namespace headroom::http::detail
