// eventsourcing/fields.hpp: the members of an event, as JSON and back.
//
// An event is a plain struct whose members are described once:
//
//     struct renamed {
//         static constexpr char topic[] = "shop:Order.Renamed";
//         std::string name;
//         std::optional<std::string> reason;
//     };
//     BOOST_DESCRIBE_STRUCT(renamed, (), (name, reason))
//
// Unknown members of a recorded event are passed over, so that an older program reads what a newer
// one wrote; a missing optional is none; anything else that is missing or of another kind is
// undecodable. codec.hpp puts it together.
#pragma once
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/eventsourcing/event.hpp"

namespace headroom::eventsourcing {

/// An event's topic or state is nothing this program can read. Names the topic and the member,
/// never a value.
class undecodable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A member that is JSON itself. Checked when written and when read.
struct json_text {
    std::string text = "null";
    bool operator==(const json_text&) const = default;
};

/// Writes members in their order as one compact JSON object; an empty optional is left out.
class field_writer {
public:
    field_writer();
    ~field_writer();
    field_writer(const field_writer&) = delete;
    field_writer& operator=(const field_writer&) = delete;

    void field(std::string_view name, const std::string& value);
    void field(std::string_view name, bool value);
    void field(std::string_view name, std::int64_t value);
    void field(std::string_view name, double value);
    void field(std::string_view name, const uuid& value);
    void field(std::string_view name, timestamp value);         ///< microseconds since 1970
    void field(std::string_view name, const json_text& value);  ///< throws std::invalid_argument
    void field(std::string_view name, const std::vector<std::string>& value);
    template <class T>
    void field(std::string_view name, const std::optional<T>& value) {
        if (value) field(name, *value);
    }
    std::string text() const;

private:
    std::unique_ptr<boost::json::object> to_;
};

/// Reads them; throws undecodable.
class field_reader {
public:
    /// `topic` is named in what is thrown.
    field_reader(std::string_view topic, std::string_view state);
    explicit field_reader(std::string_view topic, boost::json::object from);
    ~field_reader();
    field_reader(const field_reader&) = delete;
    field_reader& operator=(const field_reader&) = delete;

    void field(std::string_view name, std::string& to) const;
    void field(std::string_view name, bool& to) const;
    void field(std::string_view name, std::int64_t& to) const;
    void field(std::string_view name, double& to) const;
    void field(std::string_view name, uuid& to) const;
    void field(std::string_view name, timestamp& to) const;
    void field(std::string_view name, json_text& to) const;
    void field(std::string_view name, std::vector<std::string>& to) const;
    template <class T>
    void field(std::string_view name, std::optional<T>& to) const {
        if (is_missing(name)) return to.reset();
        field(name, to.emplace());
    }

    /// The object, for upcasters.
    boost::json::object& object() noexcept { return *from_; }
    /// `class_version`, 1 where there is none.
    int class_version() const;

private:
    bool is_missing(std::string_view name) const;
    const boost::json::value& at(std::string_view name) const;
    [[noreturn]] void wrong(std::string_view name, std::string_view wanted) const;

    const std::string topic_;
    std::unique_ptr<boost::json::object> from_;
};

}  // namespace headroom::eventsourcing
