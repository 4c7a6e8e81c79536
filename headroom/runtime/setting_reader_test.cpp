#include "headroom/runtime/setting_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace headroom {
namespace {

using std::chrono::seconds;

class SettingReader : public ::testing::Test {
protected:
    void set(std::string name, std::string value, std::string source = ".env:1") {
        from_.add(std::move(name), std::move(value), std::move(source));
    }
    std::string faults() {
        const auto sealed = reader_.seal();
        return sealed ? "" : to_string(sealed.error());
    }

    environment from_;
    setting_reader reader_{from_};
};

TEST_F(SettingReader, AnswersTheDefaultOfWhatIsUnsetOrEmpty) {
    set("EMPTY", "");
    EXPECT_EQ(reader_.count({.name = "COUNT", .fallback = 7, .doc = ""}), 7U);
    EXPECT_EQ(reader_.text({.name = "EMPTY", .fallback = "x", .doc = ""}), "x");
    EXPECT_FALSE(reader_.optional_count({.name = "O", .doc = ""}, "all").has_value());
    EXPECT_EQ(faults(), "");
}

TEST_F(SettingReader, ReadsEveryType) {
    for (const auto& [name, value] : {std::pair("C", "12"),
                                      {"D", "2 min"},
                                      {"F", "yes"},
                                      {"S", "1 MiB"},
                                      {"L", "a, b,,c"},
                                      {"J", R"(["a,b","c"])"},
                                      {"P", "pw"},
                                      {"E", "two"}})
        set(name, value);
    EXPECT_EQ(reader_.count({.name = "C", .max = 50, .doc = ""}), 12U);
    EXPECT_EQ(reader_.duration({.name = "D", .max = seconds(300), .doc = ""}), seconds(120));
    EXPECT_TRUE(reader_.flag({.name = "F", .doc = ""}));
    EXPECT_EQ(reader_.size({.name = "S", .max = 1 << 21, .doc = ""}), 1U << 20);
    EXPECT_EQ(reader_.list({.name = "L", .doc = ""}), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(reader_.list({.name = "J", .doc = ""}), (std::vector<std::string>{"a,b", "c"}));
    EXPECT_EQ(reader_.hidden({.name = "P", .doc = ""}).reveal(), "pw");
    EXPECT_EQ(reader_.choice<int>(
                  {.name = "E", .fallback = 1, .values = {{"one", 1}, {"two", 2}}, .doc = ""}),
              2);
    EXPECT_EQ(faults(), "");
}

TEST_F(SettingReader, ReportsEveryFaultWithVariableValueSourceAndBound) {
    set("C", "51", ".env.dev:4");
    set("D", "1 week", "environment");
    set("F", "maybe");
    set("S", "3 MiB");
    set("L", "[1]");
    set("E", "three");
    set("T", "much too long");
    set("HEADROOM_REACTR", "2");
    reader_.count({.name = "C", .max = 50, .doc = ""});
    reader_.duration({.name = "D", .max = seconds(300), .doc = ""});
    reader_.flag({.name = "F", .doc = ""});
    reader_.size({.name = "S", .max = 1 << 21, .doc = ""});
    reader_.list({.name = "L", .doc = ""});
    reader_.choice<int>(
        {.name = "E", .fallback = 1, .values = {{"one", 1}, {"two", 2}}, .doc = ""});
    reader_.text({.name = "T", .length_max = 5, .doc = ""});
    reader_.count({.name = "HEADROOM_REACTORS", .fallback = 1, .doc = ""});
    reader_.fault("C", "does not go with D", "lower one");
    EXPECT_EQ(
        faults(),
        "C=51 (.env.dev:4): must be a whole number, 0 to 50\n"
        "D=1 week (environment): must be a duration, 0 s to 5 min; a bare number counts seconds\n"
        "F=maybe (.env:1): must be true or false\n"
        "S=3 MiB (.env:1): must be a size, 0 bytes to 2 MiB\n"
        "L=[1] (.env:1): must be items between commas, or a JSON array of texts, at most 64 items\n"
        "E=three (.env:1): must be one of one, two\n"
        "T=much too long (.env:1): must have at most 5 characters\n"
        "C=0 (.env.dev:4): does not go with D; lower one\n"
        "HEADROOM_REACTR (.env:1): no such setting; did you mean HEADROOM_REACTORS?\n");
}

TEST_F(SettingReader, TakesBoundsInclusively) {
    for (const auto* each : {"3", "9"}) {
        environment env;
        env.add("C", each, "t");
        setting_reader reader(env);
        reader.count({.name = "C", .fallback = 5, .min = 3, .max = 9, .doc = ""});
        EXPECT_TRUE(reader.seal()) << each;
    }
    for (const auto* each : {"2", "10", "-1", "4.5", "18446744073709551616"}) {
        environment env;
        env.add("C", each, "t");
        setting_reader reader(env);
        EXPECT_EQ(reader.count({.name = "C", .fallback = 5, .min = 3, .max = 9, .doc = ""}), 5U);
        EXPECT_FALSE(reader.seal()) << each;
    }
}

TEST_F(SettingReader, KnowsTheFileFormOfADeclaredName) {
    set("HEADROOM_KEY_FILE", "/nowhere");
    set("HEADROOM_KEYS_FILE", "/nowhere");
    set("OTHER_THING", "fine");
    reader_.hidden({.name = "HEADROOM_KEY", .doc = ""});
    const auto text = faults();
    EXPECT_NE(text.find("HEADROOM_KEY_FILE=/nowhere (.env:1): No such file"), std::string::npos)
        << text;
    EXPECT_NE(text.find("HEADROOM_KEYS_FILE (.env:1): no such setting"), std::string::npos) << text;
    EXPECT_EQ(text.find("OTHER_THING"), std::string::npos);
}

TEST_F(SettingReader, LetsTheVariablesOfAServiceLinkPass) {
    for (const auto* name : {"HEADROOM_SERVICE_HOST", "HEADROOM_SERVICE_PORT_HTTP", "HEADROOM_PORT",
                             "HEADROOM_API_PORT_8080_TCP", "HEADROOM_PORT_8080_TCP_ADDR"})
        set(name, "tcp://10.0.0.1:8080", "environment");
    EXPECT_EQ(faults(), "");
}

TEST_F(SettingReader, NeverShowsASecret) {
    set("PW", "c4nary");
    set("URL", "postgres://u:c4nary@h/d");
    const text_rule never = [](std::string_view) { return "be something else"; };
    reader_.hidden({.name = "PW", .rule = never, .doc = ""});
    reader_.text({.name = "URL", .rule = never, .doc = ""});
    const auto text = faults();
    EXPECT_EQ(text.find("c4nary"), std::string::npos) << text;
    EXPECT_NE(text.find("PW=*** (set) (.env:1): must be something else"), std::string::npos)
        << text;
}

TEST_F(SettingReader, RemembersEverySecretForTheLog) {
    set("PW", "c4nary");
    reader_.hidden({.name = "PW", .doc = ""});
    reader_.hidden({.name = "OTHER", .doc = ""});
    EXPECT_EQ(reader_.secrets(), std::vector{secret("c4nary")});
}

TEST_F(SettingReader, DescribesEachVariableWithItsOrigin) {
    set("POOL", "4", ".env.dev:2");
    set("PW", "c4nary", "environment");
    reader_.count({.name = "POOL", .fallback = 2, .max = 9, .doc = "Connections."});
    reader_.hidden({.name = "PW", .doc = "The password."});
    reader_.flag({.name = "ECHO", .doc = "Talk."});
    const auto rows = reader_.seal().value();
    EXPECT_EQ(to_table(rows),
              "POOL  4          .env.dev:2\n"
              "PW    *** (set)  environment\n"
              "ECHO  false      default\n");
    EXPECT_EQ(to_markdown(rows),
              "| variable | type | default | bound | meaning |\n|---|---|---|---|---|\n"
              "| `POOL` | count | 2 | 0 to 9 | Connections. |\n"
              "| `PW` | secret | none |  | The password. |\n"
              "| `ECHO` | flag | false |  | Talk. |\n");
}

TEST_F(SettingReader, ShortensAndCleansWhatItShows) {
    EXPECT_EQ(show_value("a\nb\x7f"), "a?b?");
    EXPECT_EQ(show_value(std::string(200, 'x')).size(), shown_value_max + 3);
    EXPECT_EQ(show_value(std::string(shown_value_max - 1, 'x') + "\xC3\xA9z"),
              std::string(shown_value_max - 1, 'x') + "...");
}

using SettingReaderDeathTest = SettingReader;

TEST_F(SettingReaderDeathTest, IsReadOnceAndNotAfterItWasSealed) {
    reader_.flag({.name = "A", .doc = ""});
    EXPECT_DEATH(reader_.flag({.name = "A", .doc = ""}), "declared once");
    EXPECT_TRUE(reader_.seal());
    EXPECT_DEATH(reader_.flag({.name = "B", .doc = ""}), "sealed");
}

}  // namespace
}  // namespace headroom
