// WebSocket frames: read alike at every split, bounded, and text only when it is UTF-8. The first
// byte chooses where the input is split and whether messages may be compressed.
#include <boost/assert.hpp>

#include "headroom/http/detail/websocket_reader.hpp"

namespace {

using headroom::http::detail::deflate_terms;
using headroom::http::detail::utf8_check;
using headroom::http::detail::websocket_reader;
using state = websocket_reader::state;

constexpr std::size_t message_max = 512;  // so that short inputs reach it

// All that was read, so that two readings can be compared.
void read(websocket_reader& reader, std::string_view bytes, std::string& told) {
    while (!bytes.empty() && reader.at() == state::more) {
        bytes.remove_prefix(reader.read(bytes));
        if (reader.at() == state::more) continue;
        told += static_cast<char>('a' + static_cast<int>(reader.at()));
        if (reader.at() == state::closed || reader.at() == state::failed) {
            told += std::to_string(reader.code());
            return;
        }
        if (reader.at() == state::message) {
            const auto& [data, binary] = reader.message();
            utf8_check text;
            BOOST_ASSERT(data.size() <= message_max);
            BOOST_ASSERT(binary || (text.feed(data) && text.complete()));
            told += data;
        } else {
            told += reader.payload();
        }
        reader.next();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto at = bytes.empty() ? 0 : (data[0] / 2U) % bytes.size();
    std::optional<deflate_terms> terms;
    if (data[0] % 2 == 1) terms.emplace();

    websocket_reader whole(message_max, terms), split(message_max, terms);
    std::string told, told_in_parts;
    read(whole, bytes, told);
    read(split, bytes.substr(0, at), told_in_parts);
    read(split, bytes.substr(at), told_in_parts);
    BOOST_ASSERT(told == told_in_parts);
    return 0;
}
