#include "headroom/http/typed/place.hpp"

namespace headroom::http::typed {
namespace {

void append_escaped(std::string& to, std::string_view name) {
    for (const char each : name) {
        if (each == '~') to += "~0";
        else if (each == '/') to += "~1";
        else to += each;
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
