#include "headroom/runtime/setting_fault.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/runtime/secret.hpp"

namespace headroom {

std::string setting_fault::message() const {
    auto text = variable;
    if (!value.empty()) text += "=" + value;
    if (!source.empty()) text += text.empty() ? source : " (" + source + ")";
    text += ": " + problem;
    if (!hint.empty()) text += "; " + hint;
    return text;
}

std::string to_string(const setting_faults& faults) {
    std::string lines;
    for (const auto& each : faults) lines += each.message() + "\n";
    return lines;
}

std::string show_value(std::string_view value) {
    auto shown = mask_url(value);
    std::ranges::replace_if(
        shown, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
    if (shown.size() <= shown_value_max) return shown;
    shown.resize(shown_value_max);
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xC0) == 0x80)
        shown.pop_back();
    if (!shown.empty() && static_cast<unsigned char>(shown.back()) >= 0xC0) shown.pop_back();
    return shown + "...";
}

}  // namespace headroom
