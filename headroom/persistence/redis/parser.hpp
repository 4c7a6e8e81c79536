// persistence/redis/parser.hpp: Redis' answers, read within bounds as their bytes arrive. Sans I/O.
//
// RESP2 and RESP3 ("RESP3 specification", S. Sanfilippo, 2018), but for the streamed types, which
// Redis does not send. Every byte is looked at once and every text copied once, wherever the
// network cuts an answer; memory follows what has arrived, not what was announced. What breaks the
// protocol or a bound ends in protocol_error, and the connection is of no use any more.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/persistence/redis/value.hpp"

namespace headroom::redis {

/// What one answer may be. Each has a text of its own in protocol_error.
struct parser_bounds {
    std::size_t line_bytes_max = 64 << 10;    ///< of a line: lengths, numbers, short texts, errors
    std::size_t text_bytes_max = 64 << 20;    ///< of one text
    std::size_t answer_bytes_max = 64 << 20;  ///< of all its texts together
    std::size_t items_max = 1'000'000;        ///< nested ones and attributes included
    unsigned depth_max = 16;                  ///< of lists within lists

    static constexpr std::size_t bytes_limit = 1 << 30;  ///< of answer_bytes_max
};

/// Bytes that are no answer, or one beyond the bounds. Quotes nothing of it.
class protocol_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Takes bytes and hands out whole answers in their order. Not thread-safe.
class parser {
public:
    static constexpr std::size_t room_bytes_min = 16 << 10;

    explicit parser(parser_bounds within = {});

    /// Where to put what is received next: room_bytes_min or more. Call next() until it has nothing
    /// before asking again: what waits then is less than a line, and so is the memory it takes.
    std::span<char> room();
    /// So many bytes of room() were filled.
    void received(std::size_t bytes);
    /// The same for bytes that lie elsewhere.
    void feed(std::string_view bytes);

    /// The next whole answer, or none until more has come. Throws protocol_error, from then on
    /// always.
    std::optional<value> next();

    /// False while a part of an answer has come and the rest has not.
    bool between_answers() const noexcept;
    /// How much memory it holds.
    std::size_t bytes() const noexcept {
        return capacity_ + texts_.capacity() + nodes_.capacity() * sizeof(detail::node);
    }

private:
    struct frame {
        std::size_t node = 0;   // of a list under way
        std::size_t left = 0;   // elements to come
        std::size_t texts = 0;  // where its texts begin, for an attribute, which is dropped
        bool attribute = false;
    };

    bool advance();
    std::optional<std::string_view> take_line();
    std::string_view cut(std::size_t length) noexcept;
    bool begin_item(char marker, std::string_view rest);
    bool begin_text(kind is, std::string_view length);
    bool go_on_with_text();
    bool begin_list(kind is, std::string_view length);
    bool begin_attribute(std::string_view length);
    bool open(kind is, std::size_t elements, std::uint32_t shown);
    bool add(const detail::node& what);
    bool add_text(kind is, std::string_view text);
    bool completed();
    void count_items(std::uint64_t more);
    void weigh(std::size_t more);
    value finished();
    [[noreturn]] void broken(const std::string& why);

    const parser_bounds within_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
    std::size_t scanned_ = 0;  // of an unfinished line, without finding its end

    // The answer under way.
    std::vector<detail::node> nodes_;
    std::string texts_;
    std::vector<frame> frames_;
    detail::node only_;
    std::size_t items_ = 0;
    std::size_t text_left_ = 0;  // bytes of a text still to come, its end of line with them
    kind text_is_ = kind::text;
    bool verbatim_ = false, in_text_ = false, broken_ = false;
};

}  // namespace headroom::redis
