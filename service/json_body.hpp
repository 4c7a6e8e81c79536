// service/json_body.hpp: a request's JSON object, read member by member; all faults at once.
//
//     json_body body(of);
//     tenancy::provision command{body.text("slug"), body.text("name"), {}};
//     command.metadata = body.optional_object("metadata");
//     body.done();                       // 422 with a JSON Pointer for each fault, or nothing
#pragma once
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/problem.hpp"
#include "headroom/http/request.hpp"
#include "service/tenancy/configuration_value.hpp"

namespace headroom::service {

inline constexpr std::size_t json_depth_max = 16;

/// The body as JSON. Throws http::failed, a 400, when it is none.
boost::json::value parsed_body(const http::request& of);

/// 422 with a JSON Pointer (RFC 6901) and a sentence for each.
http::problem unprocessable(std::string detail, const std::vector<tenancy::value_fault>& faults);

class json_body {
public:
    /// An empty body counts as an object without members. Throws http::failed, a 400, for what is
    /// no JSON, and a 422 for what is no object.
    explicit json_body(const http::request& of);
    ~json_body();
    json_body(const json_body&) = delete;
    json_body& operator=(const json_body&) = delete;

    /// A faulty member yields an empty value and is remembered. null counts as absent.
    std::string text(std::string_view name);
    std::optional<std::string> optional_text(std::string_view name);
    /// An object's JSON text.
    std::string object(std::string_view name);
    std::optional<std::string> optional_object(std::string_view name);
    std::optional<std::int64_t> optional_number(std::string_view name);

    /// Throws http::failed, a 422, with every fault; a member nobody asked for is one.
    void done();

private:
    const boost::json::value* find(std::string_view name);
    const boost::json::value* required(std::string_view name);
    void fault(std::string_view name, std::string text);

    const std::unique_ptr<const boost::json::value> all_;
    std::set<std::string, std::less<>> asked_;
    std::vector<tenancy::value_fault> faults_;
};

}  // namespace headroom::service
