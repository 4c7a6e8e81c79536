// http/typed/typed_fixture.hpp: an API asked without sockets, for this folder's tests alone.
#pragma once
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "headroom/http/typed/api.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::http::typed {

/// Enter routes in `to`, then ask.
class typed_fixture : public ::testing::Test {
protected:
    struct asked {
        std::string path, query, body;
        std::vector<field> headers{};
    };
    struct answered {
        unsigned status = 0;
        std::string body, location;

        boost::json::value json() const { return boost::json::parse(body); }
        /// "in pointer: detail" of each fault, in their order.
        std::vector<std::string> faults() const {
            std::vector<std::string> all;
            const auto problem = json();
            if (const auto* errors = problem.as_object().if_contains("errors"))
                for (const auto& each : errors->as_array()) all.push_back(line(each));
            return all;
        }

    private:
        static std::string line(const boost::json::value& of) {
            const auto text = [&](const char* name) {
                return std::string(of.at(name).as_string());
            };
            return text("in") + " " + text("pointer") + ": " + text("detail");
        }
    };

    answered ask(method verb, const asked& what) {
        answered out;
        testing::run([&]() -> task<void> {
            budget::holder who;
            request of(who, deadline::after(std::chrono::seconds(1)));
            of.method = verb;
            of.raw_path = what.path;
            of.query = what.query;
            of.body = what.body;
            of.headers = fields(what.headers);
            auto reply = co_await table.handle(of);
            reply.render(what.path, "");
            out.status = reply.status();
            out.body = reply.body();
            for (const auto& [name, text] : reply.added())
                if (name == "Location") out.location = text;
        });
        return out;
    }
    answered get(const std::string& path, const std::string& query = "",
                 std::vector<field> headers = {}) {
        return ask(method::get, {path, query, "", std::move(headers)});
    }
    answered post(const std::string& path, const std::string& body,
                  std::string_view type = "application/json") {
        return ask(method::post, {path, "", body, {{"Content-Type", type}}});
    }

    router table;
    api to{table};
};

}  // namespace headroom::http::typed
