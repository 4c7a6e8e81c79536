// http/fields.hpp: the header fields of a request, as a view into its bytes.
#pragma once
#include <optional>
#include <span>
#include <string_view>

namespace headroom::http {

struct field {
    std::string_view name;   ///< as sent; compared without regard to case
    std::string_view value;  ///< without the white space around it
};

/// Valid as long as the request. Linear: a request has few fields, and at most limits::fields_max.
class fields {
public:
    fields() noexcept = default;
    explicit fields(std::span<const field> of) noexcept : all_(of) {}

    /// The first field of that name.
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    std::size_t count(std::string_view name) const noexcept;
    std::span<const field> all() const noexcept { return all_; }

private:
    std::span<const field> all_;
};

/// Calls `each` for every non-empty, trimmed element of a comma-separated value.
template <class Each>
void for_each_element(std::string_view list, Each each) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        auto element = list.substr(0, comma);
        while (!element.empty() && (element.front() == ' ' || element.front() == '\t'))
            element.remove_prefix(1);
        while (!element.empty() && (element.back() == ' ' || element.back() == '\t'))
            element.remove_suffix(1);
        if (!element.empty()) each(element);
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace headroom::http
