// JSONTestSuite, test_parsing: what is JSON to a body. Read from the folder that HEADROOM_VECTORS
// names, else from `shared/vectors` beside the checkout.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "headroom/http/typed/reading.hpp"
#include "headroom/runtime/exact_json.hpp"

namespace headroom::http::typed {
namespace {

std::filesystem::path json_suite() {
    const auto* named = std::getenv("HEADROOM_VECTORS");
    return std::filesystem::path(named == nullptr ? HEADROOM_VECTORS_BESIDE : named) /
           "json-test-suite";
}

// Documents that RFC 8259 allows, and that a body must not be: which of two values would count?
const std::set<std::string> names_twice{"y_object_duplicated_key.json",
                                        "y_object_duplicated_key_and_value.json"};

// Of the 35 a parser may read or refuse, those we read. The others are texts that are not UTF-8 or
// begin with a byte order mark, half surrogate pairs, numbers beyond a double, 500 arrays in each
// other.
const std::set<std::string> read_of_either{
    "i_number_double_huge_neg_exp.json",  // 0, as the nearest double
    "i_number_real_underflow.json", "i_number_too_big_pos_int.json",
    "i_number_too_big_neg_int.json",  // the nearest double
    "i_number_very_big_negative_int.json"};

class JsonSuite : public ::testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(json_suite())) GTEST_SKIP() << "there is no " << json_suite();
    }
    /// Calls `each` for the files that begin with `kind`; how many there are.
    template <class Each>
    static unsigned for_each(char kind, Each each) {
        unsigned count = 0;
        for (const auto& file : std::filesystem::directory_iterator(json_suite())) {
            const auto name = file.path().filename().string();
            if (name.front() != kind || !name.ends_with(".json")) continue;
            std::ifstream from(file.path(), std::ios::binary);
            std::stringstream text;
            text << from.rdbuf();
            each(name, text.str());
            ++count;
        }
        return count;
    }
};

TEST_F(JsonSuite, WhatIsJsonIsRead) {
    EXPECT_EQ(for_each('y', [](const std::string& name, const std::string& text) {
        boost::json::error_code broken;
        read_exactly(text, {.depth_max = json_depth_max}, broken);
        EXPECT_FALSE(broken) << name;
        EXPECT_EQ(read_body_json(text).has_value(), !names_twice.contains(name)) << name;
    }), 95U);
}

TEST_F(JsonSuite, WhatIsNoneIsRefused) {
    EXPECT_EQ(for_each('n', [](const std::string& name, const std::string& text) {
        EXPECT_FALSE(read_body_json(text).has_value()) << name;
    }), 188U);
}

TEST_F(JsonSuite, WhatMayBeReadOrRefusedIsChosen) {
    EXPECT_EQ(for_each('i', [](const std::string& name, const std::string& text) {
        EXPECT_EQ(read_body_json(text).has_value(), read_of_either.contains(name)) << name;
    }), 35U);
}

}  // namespace
}  // namespace headroom::http::typed
