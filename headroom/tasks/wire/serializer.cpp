#include "headroom/tasks/wire/serializer.hpp"

#include <boost/assert.hpp>

#include "headroom/tasks/wire/json_reader.hpp"
#include "headroom/tasks/wire/json_writer.hpp"
#include "headroom/tasks/wire/pickle_reader.hpp"
#include "headroom/tasks/wire/pickle_writer.hpp"

namespace headroom::tasks {

std::string_view to_string(serializer format) noexcept {
    switch (format) {
        case serializer::json: return "json";
        case serializer::pickle: return "pickle";
        case serializer::msgpack: return "msgpack";
        case serializer::cbor: return "cbor";
    }
    return {};
}

serializer sniff(std::string_view bytes) noexcept {
    const auto octet = [&](std::size_t at) {
        return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
    };
    if (octet(0) == 0x80 && octet(1) >= 0x02 && octet(1) <= 0x05) return serializer::pickle;
    if (octet(0) >> 4 == 0x8 || octet(0) == 0xDE || octet(0) == 0xDF) return serializer::msgpack;
    if (octet(0) >> 4 == 0xA || octet(0) >> 4 == 0xB || bytes.starts_with("\xD9\x01"))
        return serializer::cbor;
    return serializer::json;
}

decoded<value> read_value(std::string_view bytes, const codec_limits& limits) {
    const auto format = sniff(bytes);
    if (format == serializer::json) return read_json(bytes, limits);
    if (format == serializer::pickle) return read_pickle(bytes, limits);
    return std::unexpected(codec_fault{codec_fault_kind::unsupported,
                                       "serializer " + std::string(to_string(format)), 0});
}

decoded<std::string> write_value(const value& of, serializer format) {
    BOOST_ASSERT(format == serializer::json || format == serializer::pickle);
    return format == serializer::json ? to_json(of) : to_pickle(of);
}

}  // namespace headroom::tasks
