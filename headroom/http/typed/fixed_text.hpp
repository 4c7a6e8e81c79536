// http/typed/fixed_text.hpp: a text that is part of a type: a template's path, a parameter's name.
#pragma once
#include <cstddef>
#include <string_view>

namespace headroom::http::typed {

/// Structural, so that it can stand among template arguments: path<"tenant", tenant_id>.
template <std::size_t Size>
struct fixed_text {
    char letters[Size]{};

    // NOLINTNEXTLINE(google-explicit-constructor)
    consteval fixed_text(const char (&text)[Size]) {
        for (std::size_t i = 0; i < Size; ++i) letters[i] = text[i];
    }
    constexpr std::string_view view() const noexcept { return {letters, Size - 1}; }
};

}  // namespace headroom::http::typed
