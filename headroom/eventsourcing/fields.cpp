#include "headroom/eventsourcing/fields.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"

namespace headroom::eventsourcing {
namespace json = boost::json;
namespace {

json::object object_in(std::string_view topic, std::string_view state) {
    if (state.size() > state_bytes_max)
        throw undecodable(fmt::format("{}: the state is larger than {} bytes", topic,
                                      state_bytes_max));
    json::error_code broken;
    auto value = parse_exactly(state, broken, state_depth_max);
    if (broken) throw undecodable(fmt::format("{}: the state is not JSON", topic));
    if (!value.is_object()) throw undecodable(fmt::format("{}: the state is no object", topic));
    return std::move(value.get_object());
}

}  // namespace

field_writer::field_writer() : to_(std::make_unique<json::object>()) {}
field_writer::~field_writer() = default;

void field_writer::field(std::string_view name, const std::string& value) { (*to_)[name] = value; }
void field_writer::field(std::string_view name, bool value) { (*to_)[name] = value; }
void field_writer::field(std::string_view name, std::int64_t value) { (*to_)[name] = value; }
void field_writer::field(std::string_view name, double value) { (*to_)[name] = value; }
void field_writer::field(std::string_view name, const uuid& value) {
    (*to_)[name] = to_string(value);
}
void field_writer::field(std::string_view name, timestamp value) {
    (*to_)[name] = value.time_since_epoch().count();
}
void field_writer::field(std::string_view name, const json_text& value) {
    json::error_code broken;
    (*to_)[name] = parse_exactly(value.text, broken, state_depth_max);
    if (broken) throw std::invalid_argument(fmt::format("{} is not JSON", name));
}
void field_writer::field(std::string_view name, const std::vector<std::string>& value) {
    (*to_)[name] = json::array(value.begin(), value.end());
}
std::string field_writer::text() const { return json::serialize(*to_); }

field_reader::field_reader(std::string_view topic, std::string_view state)
    : field_reader(topic, object_in(topic, state)) {}
field_reader::field_reader(std::string_view topic, json::object from)
    : topic_(topic), from_(std::make_unique<json::object>(std::move(from))) {}
field_reader::~field_reader() = default;

bool field_reader::is_missing(std::string_view name) const {
    const auto* found = from_->if_contains(name);
    return found == nullptr || found->is_null();
}

const json::value& field_reader::at(std::string_view name) const {
    const auto* found = from_->if_contains(name);
    if (found == nullptr) throw undecodable(fmt::format("{}: {} is missing", topic_, name));
    return *found;
}

void field_reader::wrong(std::string_view name, std::string_view wanted) const {
    throw undecodable(fmt::format("{}: {} is not {}", topic_, name, wanted));
}

void field_reader::field(std::string_view name, std::string& to) const {
    const auto* text = at(name).if_string();
    if (text == nullptr) wrong(name, "a string");
    to = *text;
}
void field_reader::field(std::string_view name, bool& to) const {
    const auto* value = at(name).if_bool();
    if (value == nullptr) wrong(name, "true or false");
    to = *value;
}
void field_reader::field(std::string_view name, std::int64_t& to) const {
    const auto* value = at(name).if_int64();
    if (value == nullptr) wrong(name, "a whole number");
    to = *value;
}
void field_reader::field(std::string_view name, double& to) const {
    json::error_code broken;
    const auto value = at(name).to_number<double>(broken);
    if (broken) wrong(name, "a number");
    to = value;
}
void field_reader::field(std::string_view name, uuid& to) const {
    const auto* text = at(name).if_string();
    const auto value = text != nullptr ? parse_uuid(*text) : std::nullopt;
    if (!value) wrong(name, "a UUID");
    to = *value;
}
void field_reader::field(std::string_view name, timestamp& to) const {
    std::int64_t microseconds = 0;
    field(name, microseconds);
    to = timestamp(std::chrono::microseconds(microseconds));
}
void field_reader::field(std::string_view name, json_text& to) const {
    to.text = json::serialize(at(name));
}
void field_reader::field(std::string_view name, std::vector<std::string>& to) const {
    const auto* list = at(name).if_array();
    if (list == nullptr) wrong(name, "a list of strings");
    to.clear();
    for (const auto& each : *list) {
        if (!each.is_string()) wrong(name, "a list of strings");
        to.emplace_back(each.get_string());
    }
}

int field_reader::class_version() const {
    if (is_missing("class_version")) return 1;
    std::int64_t version = 0;
    field("class_version", version);
    if (version < 1 || version > 1'000'000) wrong("class_version", "a version");
    return static_cast<int>(version);
}

}  // namespace headroom::eventsourcing
