// command/audit_fixture.hpp: the audit as an operator runs it, for the tests of each target.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {

namespace json = boost::json;
using strings = std::vector<std::string>;

/// The real binary; `headroom audit ARGUMENTS`.
headroom::testing::outcome headroom_audit(strings arguments);

class audit_fixture : public ::testing::Test {
protected:
    std::string file(const std::string& name, const std::string& text) {
        const auto path = folder.file(name);
        std::ofstream(path) << text;
        return path;
    }
    std::string manifest(const std::string& text) { return file("plan.yaml", text); }
    static boost::json::object report(strings arguments) {
        arguments.push_back("--json");
        return boost::json::parse(headroom_audit(arguments).output).as_object();
    }
    static boost::json::object server_in(const boost::json::object& of) {
        return of.at("servers").as_array().at(0).as_object();
    }
    static strings ids(const boost::json::object& server) {
        strings list;
        for (const auto* name : {"findings", "notes"})
            for (const auto& each : server.at(name).as_array())
                list.emplace_back(each.at("id").as_string());
        return list;
    }
    static boost::json::object finding(const boost::json::object& server, std::string_view id) {
        for (const auto* name : {"findings", "notes"})
            for (const auto& each : server.at(name).as_array())
                if (each.at("id").as_string() == id) return each.as_object();
        return {};
    }
    /// Connections that findings of an id speak of.
    static std::int64_t units(const boost::json::object& server, std::string_view id) {
        std::int64_t sum = 0;
        for (const auto& each : server.at("findings").as_array())
            if (each.at("id").as_string() == id) sum += each.at("units").to_number<std::int64_t>();
        return sum;
    }
    testing::temp_directory folder;
};

}  // namespace headroom::command
