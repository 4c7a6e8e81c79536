// http/typed/place.hpp: where in a request a value stands, as a JSON Pointer tells it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headroom::http::typed {

enum class part : std::uint8_t { path, query, header, cookie, body };
/// "path", "query", "header", "cookie", "body": as OpenAPI names where a parameter is.
std::string_view to_string(part of) noexcept;

/// A link of a chain on the stack: costs nothing until a fault asks for its pointer. What it was
/// made of has to live as long.
class place {
public:
    explicit place(part in) noexcept : part_(in) {}
    place(const place& above, std::string_view name) noexcept
        : above_(&above), name_(name), part_(above.part_) {}
    place(const place& above, std::size_t index) noexcept
        : above_(&above), index_(index), part_(above.part_) {}

    part in() const noexcept { return part_; }
    /// Of a parameter its name; "" in the body.
    std::string_view parameter() const noexcept;
    /// A fragment (RFC 6901 section 6): in the body "#/items/0/name", from its root. A parameter
    /// stands in the object {path, query, header, cookie}: "#/query/limit".
    std::string pointer() const;

private:
    const place* above_ = nullptr;
    std::string_view name_;
    std::size_t index_ = named;
    part part_;

    static constexpr auto named = static_cast<std::size_t>(-1);
};

}  // namespace headroom::http::typed
