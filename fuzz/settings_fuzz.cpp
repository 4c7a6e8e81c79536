// Neither a .env file nor a database address makes a parser read outside its input, and what was
// parsed means the same when it is written down and parsed again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "headroom/persistence/connect_info.hpp"
#include "headroom/runtime/dotenv.hpp"
#include "headroom/runtime/setting_fault.hpp"

namespace {

std::string quoted(std::string_view value) {
    std::string text = "\"";
    for (const char each : value) {
        if (each == '"' || each == '\\') text += '\\';
        text += each;
    }
    return text + "\"";
}

void check_dotenv(std::string_view text) {
    const auto file = headroom::parse_dotenv(text);
    for (const auto& each : file.assignments) {
        if (!headroom::is_variable_name(each.name) || each.line == 0) std::abort();
        if (each.value.contains("\r\n")) continue;  // a line's end inside quotes is written \n
        const auto again = headroom::parse_dotenv(each.name + "=" + quoted(each.value));
        if (!again.faults.empty() || again.assignments.size() != 1) std::abort();
        if (again.assignments.front().value != each.value) std::abort();
    }
}

void check_address(std::string_view url) {
    const auto info = headroom::persistence::parse_connect_info(url);
    if (!info) return;
    const auto again = headroom::persistence::checked(*info);
    if (!again || !(*again == *info)) std::abort();
    if (info->to_keywords("fuzz").size() < 5) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_dotenv(text);
    check_address(text);
    if (headroom::show_value(text).size() > headroom::shown_value_max + 3) std::abort();
    return 0;
}
