// persistence/statement.hpp: a statement's text, written once as a constant.
#pragma once
#include <cstdint>
#include <string_view>

namespace headroom::persistence {

/// SQL with $1.. parameters. Make it a constant with static storage; its identity is its text, so
/// that the same text is prepared once on a connection wherever it is used. Never built from data.
class statement {
public:
    template <std::size_t N>
    consteval statement(const char (&text)[N]) : text_(text, N - 1), id_(hash(text_)) {}

    constexpr std::string_view text() const noexcept { return text_; }
    /// 64 bits of FNV-1a (Fowler, Noll, Vo); the key of the prepared-statement cache.
    constexpr std::uint64_t id() const noexcept { return id_; }
    /// For text read from a file (migrations, operators' scripts); must outlive the call.
    static statement from_file(std::string_view text) noexcept {
        return statement(text, hash(text));
    }

private:
    constexpr statement(std::string_view text, std::uint64_t id) noexcept : text_(text), id_(id) {}
    static constexpr std::uint64_t hash(std::string_view text) noexcept {
        std::uint64_t value = 14695981039346656037ULL;
        for (const char each : text)
            value = (value ^ static_cast<unsigned char>(each)) * 1099511628211ULL;
        return value;
    }
    std::string_view text_;
    std::uint64_t id_;
};

}  // namespace headroom::persistence
