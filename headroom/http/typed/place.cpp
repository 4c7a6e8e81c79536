#include "headroom/http/typed/place.hpp"

#include <fmt/format.h>

#include <iterator>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::typed {
namespace {

// As a pointer (RFC 6901 section 3), and that as a fragment (section 6).
void append_escaped(std::string& to, std::string_view name) {
    for (const char each : name) {
        if (each == '~') to += "~0";
        else if (each == '/') to += "~1";
        else if (http::detail::is(each, http::detail::path_char) || each == '?') to += each;
        else fmt::format_to(std::back_inserter(to), "%{:02X}", static_cast<unsigned char>(each));
    }
}

}  // namespace

std::string_view to_string(part of) noexcept {
    switch (of) {
        case part::path: return "path";
        case part::query: return "query";
        case part::header: return "header";
        case part::cookie: return "cookie";
        case part::body: return "body";
    }
    return "body";
}

std::string_view place::parameter() const noexcept {
    if (part_ == part::body || above_ == nullptr) return {};
    const auto* at = this;
    while (at->above_->above_ != nullptr) at = at->above_;
    return at->name_;
}

std::string place::pointer() const {
    if (above_ == nullptr) return part_ == part::body ? "#" : "#/" + std::string(to_string(part_));
    auto text = above_->pointer() + "/";
    if (index_ == named) append_escaped(text, name_);
    else text += std::to_string(index_);
    return text;
}

}  // namespace headroom::http::typed
