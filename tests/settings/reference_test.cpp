// docs/settings.md is what the code declares: `settings_reference_test --write` writes it anew.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>

#include "service/settings.hpp"

namespace headroom {
namespace {

constexpr char document[] = HEADROOM_ROOT "/docs/settings.md";
constexpr char opening[] =
    "# Settings\n\n"
    "Every variable the service reads. This page is written by the code that reads them "
    "(tests/settings);\n"
    "`headroom-service settings` prints the values in force and where each came from.\n\n"
    "The first source that names a variable decides: command line, process environment,\n"
    "`.env.{profile}.local`, `.env.{profile}`, `.env`, default. The profile is "
    "`HEADROOM_PROFILE`.\n"
    "`NAME_FILE=path` stands for `NAME` with the file's content, one trailing newline trimmed; "
    "both at\n"
    "once are a fault, and so is a file that everybody can read, in production. An empty value "
    "counts as\n"
    "unset. A duration is `500 ms`, `5 s`, `10 min`, `1 h`, or a number of seconds; a size is a "
    "number of\n"
    "bytes, `64 KiB`, `10 MB`. An unknown `HEADROOM_*` variable is a fault. All faults are "
    "reported at\n"
    "once, with variable, value, source and bound, and the process ends with code 78.\n\n";

std::string reference() {
    const environment nothing;
    return opening + to_markdown(service::read_settings(nothing).value().reference);
}

TEST(SettingsDocument, IsWhatTheCodeDeclares) {
    const auto file = read_bounded(document, dotenv_bytes_max);
    EXPECT_EQ(file.text, reference()) << "settings_reference_test --write writes it anew";
}

TEST(SettingsDocument, ExplainsEveryVariable) {
    const environment nothing;
    for (const auto& each : service::read_settings(nothing).value().reference) {
        EXPECT_GE(each.doc.size(), 9U) << each.variable;
        EXPECT_TRUE(each.doc.ends_with('.')) << each.variable;
    }
}

}  // namespace
}  // namespace headroom

int main(int count, char** arguments) {
    if (count == 2 && std::string_view(arguments[1]) == "--write")
        return std::ofstream(headroom::document) << headroom::reference() ? 0 : 1;
    testing::InitGoogleTest(&count, arguments);
    return RUN_ALL_TESTS();
}
