// persistence/redis/command.hpp: one command, as Redis takes it: an array of texts of any bytes.
#pragma once
#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace headroom::redis {

/// A command grew beyond its bounds. Says which, and nothing of what is in it.
class command_too_large : public std::length_error {
public:
    using std::length_error::length_error;
};

/// Encoded as it is put together; sent without another look. Plain data.
class command {
public:
    static constexpr std::size_t words_max = 1 << 20;      ///< its name among them
    static constexpr std::size_t bytes_max = 64 << 20;     ///< as sent
    static constexpr std::size_t name_bytes_max = 32;

    /// `command("SET", key, body, "PX", 1500)`. Texts may hold any bytes; integers are written in
    /// decimal. The name is a word of the program, never of its input: asserted to be of letters,
    /// digits, '_', '.' and '-'. Throws command_too_large.
    template <class... Words>
    explicit command(std::string_view name, const Words&... words) {
        begin(name);
        (add(words), ...);
    }

    command& add(std::string_view word);
    template <std::integral Number>
        requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
    command& add(Number number) {
        if constexpr (std::signed_integral<Number>)
            return add_signed(number);
        else
            return add_unsigned(number);
    }

    std::string_view name() const noexcept;
    std::size_t words() const noexcept { return words_; }
    /// As sent.
    std::size_t bytes() const noexcept;
    void append_to(std::string& out) const;

    /// The same with two other words in front: EVAL and a text for EVALSHA and its name. Requires
    /// two words or more.
    command with_head(std::string_view name, std::string_view second) const;

    /// How many pushes stand for its answer: SUBSCRIBE and its kin have one for each channel and
    /// no other. 0 for all other commands.
    unsigned answers_by_push() const noexcept;

private:
    void begin(std::string_view name);
    command& add_signed(std::int64_t number);
    command& add_unsigned(std::uint64_t number);

    std::string body_;  // all but the number of words
    std::uint32_t words_ = 0;
    std::uint8_t name_at_ = 0, name_size_ = 0;
};

}  // namespace headroom::redis
