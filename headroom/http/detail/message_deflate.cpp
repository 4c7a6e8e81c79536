#include "headroom/http/detail/message_deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <charconv>
#include <new>
#include <utility>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::detail {
namespace {

constexpr std::string_view extension_name = "permessage-deflate";
// What every flush ends with; it is not sent (section 7.2.1).
constexpr std::string_view flush_tail("\x00\x00\xff\xff", 4);
constexpr int bits_min_of_zlib = 9;  // its raw deflate knows no smaller window
constexpr int memory_level = 5;
constexpr std::size_t step_bytes = 4 * 1024;

struct parameter {
    std::string_view name, value;
    bool has_value = false;
};

// "name" or "name=value" or name="value".
parameter parse_parameter(std::string_view text) {
    const auto equals = text.find('=');
    parameter out{trim(text.substr(0, equals)), {}, equals != std::string_view::npos};
    if (!out.has_value) return out;
    out.value = trim(text.substr(equals + 1));
    if (out.value.size() >= 2 && out.value.front() == '"' && out.value.back() == '"')
        out.value = out.value.substr(1, out.value.size() - 2);
    return out;
}

// A window's size: 8 to 15, without a leading zero.
std::optional<int> bits_of(const parameter& of) {
    int bits = 0;
    const auto read = std::from_chars(of.value.begin(), of.value.end(), bits);
    if (!of.has_value || read.ec != std::errc() || read.ptr != of.value.end() ||
        of.value.front() == '0')
        return std::nullopt;
    return bits >= 8 && bits <= 15 ? std::optional(bits) : std::nullopt;
}

// Of one offer. A parameter that is unknown, repeated or malformed declines all of it.
class offer {
public:
    bool takes(const parameter& given) {
        if (given.name == "server_no_context_takeover") {
            terms_.server_keeps = false;
            return !given.has_value && once(0);
        }
        if (given.name == "client_no_context_takeover") {
            terms_.client_keeps = false;
            return !given.has_value && once(1);
        }
        if (given.name == "server_max_window_bits") {
            const auto bits = bits_of(given);
            terms_.server_bits = std::min(window_bits_max, bits.value_or(window_bits_max));
            return bits && *bits >= bits_min_of_zlib && once(2);
        }
        if (given.name != "client_max_window_bits") return false;
        const auto bits = given.has_value ? bits_of(given) : 15;
        terms_.client_bits = std::min(window_bits_max, bits.value_or(15));
        return bits && once(3);
    }
    const deflate_terms& terms() const noexcept { return terms_; }

private:
    bool once(std::size_t which) { return !std::exchange(seen_[which], true); }

    deflate_terms terms_;
    std::array<bool, 4> seen_{};
};

std::optional<deflate_terms> consider(std::string_view text) {
    const auto name = text.substr(0, text.find(';'));
    if (trim(name) != extension_name) return std::nullopt;
    text.remove_prefix(name.size());
    offer made;
    while (!text.empty()) {
        text.remove_prefix(1);
        const auto each = text.substr(0, text.find(';'));
        if (!made.takes(parse_parameter(each))) return std::nullopt;
        text.remove_prefix(each.size());
    }
    return made.terms();
}

}  // namespace

std::optional<deflate_terms> choose_deflate(const fields& headers) {
    std::optional<deflate_terms> chosen;
    for (const auto& each : headers.all()) {
        if (!equal_ignoring_case(each.name, "sec-websocket-extensions")) continue;
        for_each_element(each.value, [&chosen](std::string_view text) {
            if (!chosen) chosen = consider(text);
        });
    }
    return chosen;
}

// Only a client that spoke of its own window may be told its size: then it is no longer 15.
std::string to_extension(const deflate_terms& of) {
    std::string out(extension_name);
    out += "; server_max_window_bits=" + std::to_string(of.server_bits);
    if (of.client_bits < 15) out += "; client_max_window_bits=" + std::to_string(of.client_bits);
    if (!of.server_keeps) out += "; server_no_context_takeover";
    if (!of.client_keeps) out += "; client_no_context_takeover";
    return out;
}

// ---- inflating

struct message_inflater::state {
    z_stream z{};
    bool keeps = true;
};

message_inflater::message_inflater(const deflate_terms& of) : of_(std::make_unique<state>()) {
    of_->keeps = of.client_keeps;
    if (inflateInit2(&of_->z, -of.client_bits) != Z_OK) throw std::bad_alloc();
}

message_inflater::~message_inflater() { inflateEnd(&of_->z); }

message_inflater::outcome message_inflater::inflate(std::string_view bytes, std::string& out,
                                                    std::size_t size_max) {
    auto& z = of_->z;
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    z.avail_in = static_cast<uInt>(bytes.size());
    std::array<char, step_bytes> step;
    do {
        z.next_out = reinterpret_cast<Bytef*>(step.data());
        z.avail_out = static_cast<uInt>(step.size());
        const int result = ::inflate(&z, Z_SYNC_FLUSH);
        // What fits is kept whatever follows: a fault is where it is, however the bytes came.
        const auto got = step.size() - z.avail_out, room = size_max - out.size();
        out.append(step.data(), std::min(got, room));
        if (got > room) return outcome::too_big;
        // A block marked as the last one ends the stream, and the next one begins another.
        if (result == Z_STREAM_END) inflateReset(&z);
        if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
            return outcome::malformed;
        if (got == 0 && result == Z_BUF_ERROR) break;
    } while (z.avail_in > 0 || z.avail_out == 0);
    return z.avail_in == 0 ? outcome::ok : outcome::malformed;
}

message_inflater::outcome message_inflater::finish(std::string& out, std::size_t size_max) {
    const auto result = inflate(flush_tail, out, size_max);
    if (result == outcome::ok && !of_->keeps) inflateReset(&of_->z);
    return result;
}

// ---- deflating

struct message_deflater::state {
    z_stream z{};
    bool keeps = true;
    std::string out;
};

message_deflater::message_deflater(const deflate_terms& of) : of_(std::make_unique<state>()) {
    of_->keeps = of.server_keeps;
    if (deflateInit2(&of_->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -of.server_bits, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
}

message_deflater::~message_deflater() { deflateEnd(&of_->z); }

std::string_view message_deflater::deflate(std::string_view message) {
    BOOST_ASSERT_MSG(!message.empty(), "nothing does not become shorter");
    auto& z = of_->z;
    auto& out = of_->out;
    out.clear();
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    z.avail_in = static_cast<uInt>(message.size());
    do {
        const auto before = out.size();
        out.resize(before + step_bytes);
        z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        z.avail_out = step_bytes;
        ::deflate(&z, Z_SYNC_FLUSH);
        out.resize(out.size() - z.avail_out);
    } while (z.avail_out == 0);
    BOOST_ASSERT(out.ends_with(flush_tail));
    out.resize(out.size() - flush_tail.size());
    if (!of_->keeps) deflateReset(&z);
    return out;
}

}  // namespace headroom::http::detail
