// Whatever a label is and whatever its code, Python's answer and ours are the same, digit by digit.
#include "headroom/tasks/wire/python_convert.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>

#include "headroom/tasks/any_value_fixture.hpp"
#include "headroom/tasks/testdata_fixture.hpp"
#include "headroom/tasks/wire/base64.hpp"
#include "headroom/tasks/wire/label.hpp"
#include "headroom/tasks/wire/python_numbers.hpp"
#include "headroom/tasks/wire/python_text.hpp"

namespace headroom::tasks {
namespace {

TEST(PythonConversions, AreCPythons) {
    for (const auto& row : testdata_rows("python_labels.tsv", 2'500)) {
        const auto read = read_label(json_value(row[0]), json_value(row[1]));
        EXPECT_EQ(read ? python_repr(read->is) : "ERROR", json_string(row[2]))
            << row[0].substr(0, 100) << " under code " << row[1];
    }
}

TEST(PythonTruth, IsOfWhatIsNeitherNothingNorEmpty) {
    for (const auto& each : {value(), value(false), value(0), value(0.0), value(""),
                             value(array{}), value(object{}), value(byte_string{})})
        EXPECT_FALSE(python_truth_of(each)) << each.kind();
    for (const auto& each : {value(true), value(-1), value(0.5), value("0"), value(array(1)),
                             value(object{{"", value()}}), *integer_from("99999999999999999999")})
        EXPECT_TRUE(python_truth_of(each)) << each.kind();
}

TEST(PythonFloat, OfAnIntegerBeyondItsRangeIsNone) {
    EXPECT_EQ(python_float_of(*integer_from("1" + std::string(308, '0'))), 1e308);
    EXPECT_FALSE(python_float_of(*integer_from("1" + std::string(309, '0'))));
}

RC_GTEST_PROP(PythonFloat, EveryDoubleIsReadAsItsRepr, (std::uint64_t bits)) {
    const auto number = std::bit_cast<double>(bits);
    RC_PRE(!std::isnan(number));
    RC_ASSERT(python_float(python_float_text(number)) == std::optional(number));
}

RC_GTEST_PROP(PythonNumbers, AnyTextIsReadOrRefused, ()) {
    const auto text = any_text();
    if (const auto whole = python_int(text)) RC_ASSERT(python_int(python_str(*whole)) == whole);
    if (const auto number = python_float(text); number && !std::isnan(*number))
        RC_ASSERT(python_float(python_float_text(*number)) == number);
}

TEST(PythonStrip, TakesWhiteSpaceOfEveryScriptOffBothEnds) {
    EXPECT_EQ(python_strip(" \t\n\u00a0\u2003a b\u3000\x1c"), "a b");
    EXPECT_EQ(python_strip(" \u2003 "), "");
    EXPECT_EQ(python_strip("\u200b"), "\u200b");
}

RC_GTEST_PROP(Base64, AnyBytesAreReadAsTheyWereWritten, (const std::string& octets)) {
    RC_ASSERT(from_base64(to_base64(octets)) == std::optional(octets));
}

}  // namespace
}  // namespace headroom::tasks
