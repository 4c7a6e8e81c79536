#include "headroom/tasks/wire/pickle_writer.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "headroom/tasks/wire/long_integer.hpp"
#include "headroom/tasks/wire/pickle_opcodes.hpp"
#include "headroom/tasks/wire/wtf8.hpp"

namespace headroom::tasks {
namespace {

/// Returns what could not be written, or nothing.
class pickle_writing {
public:
    using fault = std::optional<codec_fault>;

    pickle_writing() { add(opcode::proto), add(2); }
    fault write(const value& of) {
        return of.visit([this](const auto& is) { return put(is); });
    }
    std::string take() {
        add(opcode::stop);
        return std::move(bytes_);
    }

private:
    void add(std::uint8_t octet) { bytes_ += static_cast<char>(octet); }
    void little_endian(std::uint64_t number, std::size_t length) {
        for (; length > 0; --length, number >>= 8) add(static_cast<std::uint8_t>(number & 0xFF));
    }

    fault put(std::monostate) { return add(opcode::none), fault(); }
    fault put(bool is) { return add(is ? opcode::newtrue : opcode::newfalse), fault(); }
    fault put(std::int64_t is) {
        if (is >= 0 && is <= 0xFF) {
            add(opcode::binint1), little_endian(static_cast<std::uint64_t>(is), 1);
        } else if (is >= 0 && is <= 0xFFFF) {
            add(opcode::binint2), little_endian(static_cast<std::uint64_t>(is), 2);
        } else if (is >= std::numeric_limits<std::int32_t>::min() &&
                   is <= std::numeric_limits<std::int32_t>::max()) {
            add(opcode::binint), little_endian(static_cast<std::uint64_t>(is), 4);
        } else {
            put_long(std::to_string(is));
        }
        return {};
    }
    fault put(const big_integer& is) { return put_long(is.digits()), fault(); }
    void put_long(std::string_view digits) {
        const auto octets = long_of(digits);
        if (octets.size() <= 0xFF) add(opcode::long1), little_endian(octets.size(), 1);
        else add(opcode::long4), little_endian(octets.size(), 4);
        bytes_ += octets;
    }
    fault put(double is) {
        if (!std::isfinite(is)) return put(std::monostate());
        add(opcode::binfloat);
        const auto bits = std::bit_cast<std::uint64_t>(is);
        for (int shift = 56; shift >= 0; shift -= 8)
            add(static_cast<std::uint8_t>(bits >> shift & 0xFF));
        return {};
    }
    fault put(const std::string& is) {
        static constexpr std::size_t length_max = std::numeric_limits<std::int32_t>::max();
        if (!is_text(is, surrogates::allowed) || is.size() > length_max)
            return codec_fault{codec_fault_kind::wrong_shape, "a text that is not UTF-8", 0};
        add(opcode::binunicode), little_endian(is.size(), 4);
        bytes_ += is;
        return {};
    }
    fault put(const byte_string& is) {
        if (is_text(is.octets, surrogates::refused)) return put(is.octets);
        return codec_fault{codec_fault_kind::wrong_shape, "bytes that are not UTF-8", 0};
    }
    fault put(const array& is) {
        return nested(opcode::empty_list, opcode::appends, is,
                      [this](const value& each) { return write(each); });
    }
    fault put(const object& is) {
        return nested(opcode::empty_dict, opcode::setitems, is, [this](const member& each) {
            if (auto wrong = put(each.name)) return wrong;
            return write(each.is);
        });
    }

    template <class Items, class Write>
    fault nested(std::uint8_t empty, std::uint8_t fill, const Items& items, Write&& each_of) {
        if (++depth_ > codec_depth_max)
            return codec_fault{codec_fault_kind::too_deep, "arrays and objects", 0};
        add(empty);
        if (items.size() > 0) {
            add(opcode::mark);
            for (const auto& each : items)
                if (auto wrong = each_of(each)) return wrong;
            add(fill);
        }
        --depth_;
        return {};
    }

    std::string bytes_;
    std::size_t depth_ = 0;
};

}  // namespace

decoded<std::string> to_pickle(const value& of) {
    pickle_writing writing;
    if (auto fault = writing.write(of)) return std::unexpected(std::move(*fault));
    return writing.take();
}

}  // namespace headroom::tasks
