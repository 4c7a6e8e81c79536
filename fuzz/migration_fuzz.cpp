// The splitter of migration files never reads outside its input, and what it returns stands in the
// file in order, without a separating semicolon at its end.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "headroom/persistence/migration_script.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace headroom::persistence;
    const std::string_view script(reinterpret_cast<const char*>(data), size);
    const auto found = split_script(script);
    if (!found) return 0;
    const char* before = script.data();
    for (const auto& each : *found) {
        if (each.text.empty() || each.text.data() < before || each.line < 1) std::abort();
        before = each.text.data() + each.text.size();
        if (before > script.data() + script.size()) std::abort();
        const auto again = split_script(each.text);
        if (!again || again->size() != 1 || again->front().text != each.text) std::abort();
    }
    return 0;
}
