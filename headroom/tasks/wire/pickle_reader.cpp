#include "headroom/tasks/wire/pickle_reader.hpp"

#include <bit>
#include <boost/assert.hpp>

#include "headroom/tasks/wire/long_integer.hpp"
#include "headroom/tasks/wire/pickle_machine.hpp"
#include "headroom/tasks/wire/pickle_opcodes.hpp"
#include "headroom/tasks/wire/wtf8.hpp"

namespace headroom::tasks {
namespace {

constexpr std::uint8_t protocol_least = 2, protocol_most = 5;

/// Carries opcodes out on the machine until STOP. Throws codec_fault.
class pickle_reading {
public:
    pickle_reading(std::string_view bytes, const codec_limits& limits)
        : bytes_(bytes), machine_(limits) {}

    value document() {
        begin();
        for (;;) {
            const auto code = static_cast<std::uint8_t>(take(1).front());
            if (code == opcode::stop) break;
            if (!scalar(code) && !number(code) && !text(code) && !container(code) && !memory(code))
                refuse(code);
        }
        auto made = machine_.finish();
        if (at_ < bytes_.size()) malformed("something follows a pickle");
        return made;
    }
    std::size_t at() const { return at_; }

private:
    void begin() {
        const auto version = static_cast<std::uint8_t>(take(2)[1]);
        if (static_cast<std::uint8_t>(bytes_[0]) != opcode::proto || version < protocol_least ||
            version > protocol_most)
            malformed("not a pickle of protocol 2 to 5");
    }
    [[noreturn]] static void malformed(const char* what) {
        throw codec_fault{codec_fault_kind::malformed, what, 0};
    }
    [[noreturn]] static void refuse(std::uint8_t code) {
        const auto name = opcode::refused_name(code);
        if (name.empty()) malformed("a byte that is no opcode of a pickle");
        throw codec_fault{codec_fault_kind::forbidden, "opcode " + std::string(name), 0};
    }

    std::string_view take(std::uint64_t length) {
        if (length > bytes_.size() - at_) malformed("a pickle that ends too early");
        const auto taken = bytes_.substr(at_, static_cast<std::size_t>(length));
        at_ += taken.size();
        return taken;
    }
    std::uint64_t little_endian(std::size_t length) {
        std::uint64_t number = 0;
        const auto octets = take(length);
        for (std::size_t i = length; i-- > 0;)
            number = number << 8 | static_cast<unsigned char>(octets[i]);
        return number;
    }

    bool scalar(std::uint8_t code) {
        switch (code) {
            case opcode::none: machine_.push({}); return true;
            case opcode::newtrue: machine_.push(true); return true;
            case opcode::newfalse: machine_.push(false); return true;
            case opcode::binfloat: machine_.push(float_big_endian()); return true;
            default: return false;
        }
    }
    bool number(std::uint8_t code) {
        switch (code) {
            case opcode::binint:
                machine_.push(static_cast<std::int32_t>(little_endian(4)));
                return true;
            case opcode::binint1: machine_.push(little_endian(1)); return true;
            case opcode::binint2: machine_.push(little_endian(2)); return true;
            case opcode::long1: push_long(little_endian(1)); return true;
            case opcode::long4: push_long(little_endian(4)); return true;
            default: return false;
        }
    }
    bool text(std::uint8_t code) {
        switch (code) {
            case opcode::short_binunicode: push_text(little_endian(1)); return true;
            case opcode::binunicode: push_text(little_endian(4)); return true;
            case opcode::binunicode8: push_text(little_endian(8)); return true;
            case opcode::short_binbytes: push_bytes(little_endian(1)); return true;
            case opcode::binbytes: push_bytes(little_endian(4)); return true;
            default: return false;
        }
    }
    bool container(std::uint8_t code);
    bool memory(std::uint8_t code) {
        switch (code) {
            case opcode::memoize: machine_.memoize(); return true;
            case opcode::binput: machine_.remember(little_endian(1)); return true;
            case opcode::binget: machine_.recall(little_endian(1)); return true;
            case opcode::long_binget: machine_.recall(little_endian(4)); return true;
            case opcode::frame: little_endian(8); return true;
            default: return false;
        }
    }

    double float_big_endian() {
        std::uint64_t bits = 0;
        for (const char each : take(8)) bits = bits << 8 | static_cast<unsigned char>(each);
        return std::bit_cast<double>(bits);
    }
    void push_long(std::uint64_t length) {
        auto made = integer_from_long(take(length));
        if (!made) throw codec_fault{codec_fault_kind::too_large, "digits of an integer", 0};
        machine_.push(std::move(*made));
    }
    void push_text(std::uint64_t length) {
        const auto text = take(length);
        if (!is_text(text, surrogates::allowed)) malformed("a text in a pickle that is not UTF-8");
        const bool halves = text.contains('\xED') && !is_text(text, surrogates::refused);
        machine_.push(halves ? joined_surrogates(text) : std::string(text));
    }
    void push_bytes(std::uint64_t length) { machine_.push(byte_string{std::string(take(length))}); }

    std::string_view bytes_;
    std::size_t at_ = 0;
    pickle_machine machine_;
};

bool pickle_reading::container(std::uint8_t code) {
    switch (code) {
        case opcode::mark: machine_.push_mark(); return true;
        case opcode::empty_dict: machine_.push_empty_dict(); return true;
        case opcode::setitem: machine_.set_item(); return true;
        case opcode::setitems: machine_.set_all(); return true;
        case opcode::empty_list: machine_.push_empty_list(); return true;
        case opcode::append: machine_.append(); return true;
        case opcode::appends: machine_.append_all(); return true;
        case opcode::empty_tuple: machine_.push_tuple(0); return true;
        case opcode::tuple1: machine_.push_tuple(1); return true;
        case opcode::tuple2: machine_.push_tuple(2); return true;
        case opcode::tuple3: machine_.push_tuple(3); return true;
        case opcode::tuple: machine_.push_tuple_to_mark(); return true;
        default: return false;
    }
}

}  // namespace

decoded<value> read_pickle(std::string_view bytes, const codec_limits& limits) {
    BOOST_ASSERT(limits.depth <= codec_depth_max);
    if (bytes.size() > limits.bytes)
        return std::unexpected(codec_fault{codec_fault_kind::too_large, "bytes of a pickle", 0});
    pickle_reading reading(bytes, limits);
    try {
        return reading.document();
    } catch (codec_fault& fault) {
        fault.offset = reading.at();
        return std::unexpected(std::move(fault));
    }
}

}  // namespace headroom::tasks
