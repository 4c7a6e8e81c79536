#include "service/logging.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace headroom::service {
namespace {

std::string record_of(const settings& with, const log_fields& fields) {
    std::string text;
    observability::log_options options;
    options.sink = [&text](std::string_view line) { return text += line, true; };
    observability::logger(options, redactor_for(with))
        .report(observability::severity::info, "budget", fields.attributes());
    return text;
}

TEST(LogFields, KeepADocumentWholeHoweverLongItIs) {
    boost::json::array rows;
    for (int i = 0; i < 60; ++i)
        rows.push_back({{"name", "persistence.consumer"}, {"of", {{"floor", i}, {"burst", 3}}}});
    const auto table = boost::json::serialize(boost::json::object{{"consumers", rows}});
    ASSERT_GT(table.size(), observability::log_value_bytes_max);
    const log_fields fields({{"decision", "start"}, {"plan", table}, {"odd", "{not JSON"}});
    const auto with = boost::json::parse(record_of({}, fields)).at("attributes").as_object();
    EXPECT_EQ(boost::json::serialize(with.at("plan")), table);
    EXPECT_EQ(with.at("decision"), "start");
    EXPECT_EQ(with.at("odd"), "{not JSON");
}

TEST(LogFields, HideSecretsInsideADocument) {
    settings with;
    with.secrets = {secret("c4n4ry-1")};
    const log_fields fields({{"facts", R"({"role":{"password":"x9"},"note":["c4n4ry-1"]})"}});
    const auto text = record_of(with, fields);
    EXPECT_EQ(text.find("c4n4ry"), std::string::npos) << text;
    EXPECT_EQ(text.find("x9"), std::string::npos) << text;
}

}  // namespace
}  // namespace headroom::service
