// tasks/testdata_fixture.hpp: the recorded answers of Python, row by row.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/tasks/wire/json_reader.hpp"
#include "headroom/tasks/wire/value.hpp"

#ifndef HEADROOM_TASKS_TESTDATA
#define HEADROOM_TASKS_TESTDATA "headroom/tasks/testdata"
#endif

namespace headroom::tasks {

inline std::string testdata(const std::string& name) {
    std::ifstream file(std::string(HEADROOM_TASKS_TESTDATA) + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Rows of columns. A file that is missing or short fails the test that reads it.
inline std::vector<std::vector<std::string>> testdata_rows(const std::string& name,
                                                           std::size_t rows_least) {
    std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
    for (const char each : testdata(name)) {
        if (each == '\n') rows.push_back({""});
        else if (each == '\t') rows.back().emplace_back();
        else rows.back().back() += each;
    }
    rows.pop_back();
    EXPECT_GE(rows.size(), rows_least) << name;
    return rows;
}

inline value json_value(std::string_view text) {
    auto read = read_json(text);
    EXPECT_TRUE(read) << (read ? "" : read.error().message()) << " " << text.substr(0, 80);
    return read.value_or(value());
}

inline std::string json_string(std::string_view text) {
    const auto read = json_value(text);
    const auto* made = read.get<std::string>();
    EXPECT_TRUE(made) << text;
    return made ? *made : std::string();
}

}  // namespace headroom::tasks
