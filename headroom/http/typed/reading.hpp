// http/typed/reading.hpp: one request while its arguments are read.
#pragma once
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/request.hpp"
#include "headroom/http/typed/faults.hpp"

namespace headroom::http::typed {

inline constexpr std::size_t json_depth_max = 16;  ///< of arrays and objects in a body

/// Reads each part once, when it is first asked for. Lives on the stack, as long as the arguments
/// are read; what it hands out lives as long.
class reading {
public:
    explicit reading(request& from) noexcept : of(from) {}
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    request& of;
    faults found;

    /// The parameter's texts, decoded, in their order: none, one, or more in a query. A text that
    /// is not UTF-8 is a fault, and left out.
    std::vector<std::string> texts(part in, std::string_view name);
    /// The body as JSON; an empty one is an object without members. Null after a refusal: 415 for
    /// another content type, 400 for what is no JSON, is deeper than json_depth_max or names a
    /// member twice.
    const boost::json::value* body();

private:
    void read_body();

    struct pair {
        std::string name, value;
        bool clean = true;
    };
    const std::vector<pair>& query();

    std::array<unsigned char, 2048> near_;
    boost::json::monotonic_resource memory_{near_.data(), near_.size()};
    std::optional<std::vector<pair>> query_;
    boost::json::value body_ = boost::json::value(nullptr, boost::json::storage_ptr(&memory_));
    enum class body_state : std::uint8_t { unread, refused, read } body_state_ = body_state::unread;
};

/// What a body may hold: strict RFC 8259, no name twice in an object, at most json_depth_max deep.
/// Otherwise the problem, a 400. `memory` is the value's.
std::expected<boost::json::value, problem> read_body_json(
    std::string_view text, boost::json::storage_ptr memory = {});

/// application/json or a type that ends in +json, with any parameters.
bool is_json(std::string_view content_type) noexcept;

}  // namespace headroom::http::typed
