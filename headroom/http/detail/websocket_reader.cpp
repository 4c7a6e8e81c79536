#include "headroom/http/detail/websocket_reader.hpp"

#include <algorithm>
#include <array>
#include <boost/assert.hpp>

namespace headroom::http::detail {
namespace {

constexpr std::size_t unmasked_bytes = 4 * 1024;  // at a time
// More than a message may cost when it does not compress: blocks of 16 KiB with a head each.
constexpr std::size_t incompressible_bytes = 1024;

}  // namespace

bool may_be_sent(unsigned code) noexcept {
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

websocket_reader::websocket_reader(std::size_t message_max,
                                   const std::optional<deflate_terms>& deflate)
    : message_max_(message_max),
      inflater_(deflate ? std::make_unique<message_inflater>(*deflate) : nullptr) {}

std::size_t websocket_reader::read(std::string_view bytes) {
    BOOST_ASSERT(at_ == state::more);
    std::size_t used = 0;
    while (at_ == state::more && used < bytes.size())
        used += in_payload_ ? read_payload(bytes.substr(used)) : read_head(bytes.substr(used));
    return used;
}

void websocket_reader::next() {
    if (at_ == state::message) {
        message_ = {};
        text_ = {};
    }
    control_.clear();
    at_ = state::more;
}

// ---- a frame

std::size_t websocket_reader::read_head(std::string_view bytes) {
    std::size_t used = 0;
    while (head_.size() < head_size(head_) && used < bytes.size()) head_ += bytes[used++];
    if (head_.size() < head_size(head_)) return used;
    frame_ = parse_frame_head(head_);
    head_.clear();
    begin_frame();
    return used;
}

void websocket_reader::begin_frame() {
    if (frame_.reserved || !is_known(frame_.of) || !frame_.masked || !frame_.shortest)
        return fail(close_code::protocol_error);
    if (is_control(frame_.of)) {
        if (!frame_.last || frame_.compressed || frame_.length > control_bytes_max)
            return fail(close_code::protocol_error);
        control_.clear();
    } else if (!begin_data()) {
        return;
    }
    left_ = frame_.length;
    mask_at_ = 0;
    in_payload_ = true;
    if (left_ == 0) end_frame();
}

bool websocket_reader::begin_data() {
    const bool first = frame_.of != opcode::continuation;
    const bool may_compress = first && inflater_ != nullptr;
    if (first == in_message_ || (frame_.compressed && !may_compress)) {
        fail(close_code::protocol_error);
        return false;
    }
    if (first) {
        in_message_ = true;
        compressed_ = frame_.compressed;
        message_.binary = frame_.of == opcode::binary;
        wire_bytes_ = 0;
    }
    const auto most = message_max_ + (compressed_ ? incompressible_bytes : 0);
    if (frame_.length > most - wire_bytes_) {
        fail(close_code::too_big);
        return false;
    }
    wire_bytes_ += static_cast<std::size_t>(frame_.length);
    return true;
}

std::size_t websocket_reader::read_payload(std::string_view bytes) {
    std::array<char, unmasked_bytes> plain;
    const auto size = static_cast<std::size_t>(
        std::min<std::uint64_t>({left_, bytes.size(), plain.size()}));
    for (std::size_t i = 0; i < size; ++i)
        plain[i] = static_cast<char>(bytes[i] ^ frame_.mask[(mask_at_ + i) & 3]);
    mask_at_ = (mask_at_ + size) & 3;
    left_ -= size;
    is_control(frame_.of) ? void(control_.append(plain.data(), size))
                          : add({plain.data(), size});
    if (left_ == 0 && at_ == state::more) end_frame();
    return size;
}

void websocket_reader::end_frame() {
    in_payload_ = false;
    if (is_control(frame_.of)) return end_control();
    if (frame_.last) end_message();
}

void websocket_reader::end_control() {
    if (frame_.of == opcode::ping) at_ = state::ping;
    if (frame_.of == opcode::pong) at_ = state::pong;
    if (frame_.of != opcode::close) return;
    code_ = 0;
    if (control_.size() == 1) return fail(close_code::protocol_error);
    if (!control_.empty()) {
        code_ = static_cast<unsigned char>(control_[0]) * 256U +
                static_cast<unsigned char>(control_[1]);
        control_.erase(0, 2);
        if (!may_be_sent(code_)) return fail(close_code::protocol_error);
    }
    utf8_check reason;
    if (!reason.feed(control_) || !reason.complete()) return fail(close_code::not_utf8);
    at_ = state::closed;
}

// ---- a message

void websocket_reader::add(std::string_view unmasked) {
    auto& data = message_.data;
    const auto before = data.size();
    if (!compressed_) {
        data.append(unmasked);
        judge(message_inflater::outcome::ok, before);
    } else {
        judge(inflater_->inflate(unmasked, data, message_max_), before);
    }
}

// Text is looked at as it comes: what is wrong already is not waited for. The first fault counts.
bool websocket_reader::judge(message_inflater::outcome of, std::size_t size_before) {
    const auto added = std::string_view(message_.data).substr(size_before);
    if (!message_.binary && !text_.feed(added)) {
        fail(close_code::not_utf8);
    } else if (of == message_inflater::outcome::too_big) {
        fail(close_code::too_big);
    } else if (of == message_inflater::outcome::malformed) {
        fail(close_code::not_utf8);
    }
    return at_ != state::failed;
}

void websocket_reader::end_message() {
    const auto before = message_.data.size();
    if (compressed_ && !judge(inflater_->finish(message_.data, message_max_), before)) return;
    if (!message_.binary && !text_.complete()) return fail(close_code::not_utf8);
    in_message_ = false;
    at_ = state::message;
}

void websocket_reader::fail(close_code why) {
    at_ = state::failed;
    code_ = static_cast<unsigned>(why);
}

}  // namespace headroom::http::detail
