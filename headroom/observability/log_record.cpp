#include "headroom/observability/log_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <iterator>

#include "headroom/observability/redactor.hpp"
#include "headroom/observability/utf8.hpp"

namespace headroom::observability {
namespace {

constexpr std::string_view too_deep = "(nested too deeply)";
constexpr std::string_view too_long = "(too long)";
// Room for what follows the attributes: the closing braces and the mark of truncation.
constexpr std::size_t tail_bytes = 64;

// Searches a text for secrets and cuts it. Only a part of a very long one is searched: if all of
// that part came out short, what was cut off may have begun with half a secret.
std::string shown(const redactor& hiding, std::string_view name, std::string_view text,
                  std::size_t bytes_max) {
    const auto searched = text.substr(0, 4 * bytes_max);
    const auto clean = hiding.clean(name, searched);
    if (searched.size() < text.size() && clean.size() <= bytes_max) return std::string(too_long);
    return clean_utf8(clean, bytes_max);
}

// Writes values; knows how to hide and how to stop.
class value_writer {
public:
    value_writer(std::string& to, const redactor& hiding) : to_(to), hiding_(hiding) {}

    void text(std::string_view name, std::string_view value) {
        append_json(to_, shown(hiding_, name, value, log_value_bytes_max));
    }
    void number(double value) {
        if (std::isfinite(value))
            fmt::format_to(std::back_inserter(to_), "{}", value);
        else
            to_ += "null";
    }
    void value(const attribute& of) {
        if (is_telling(of.name)) return text(of.name, "");
        std::visit([&](const auto& is) { write(of.name, is); }, of.is);
    }

private:
    void write(std::string_view, bool is) { to_ += is ? "true" : "false"; }
    void write(std::string_view, std::int64_t is) { to_ += std::to_string(is); }
    void write(std::string_view, std::uint64_t is) { to_ += std::to_string(is); }
    void write(std::string_view, double is) { number(is); }
    void write(std::string_view name, std::string_view is) { text(name, is); }
    void write(std::string_view name, const boost::json::value* is) { json(name, *is, 1); }

    void json(std::string_view name, const boost::json::value& is, std::size_t depth) {
        if (is_telling(name)) return text(name, "");
        if (depth > log_depth_max) return text("", too_deep);
        switch (is.kind()) {
            case boost::json::kind::object:
                return object(is.get_object(), depth);
            case boost::json::kind::array:
                return array(name, is.get_array(), depth);
            case boost::json::kind::string:
                return text(name, is.get_string());
            case boost::json::kind::double_:
                return number(is.get_double());
            default:
                to_ += boost::json::serialize(is);
        }
    }
    void object(const boost::json::object& is, std::size_t depth) {
        to_ += '{';
        std::size_t count = 0;
        for (const auto& member : is) {
            if (count == log_attributes_max) break;
            if (count++ > 0) to_ += ',';
            append_json(to_, clean_utf8(member.key(), log_value_bytes_max));
            to_ += ':';
            json(member.key(), member.value(), depth + 1);
        }
        to_ += '}';
    }
    void array(std::string_view name, const boost::json::array& is, std::size_t depth) {
        to_ += '[';
        std::size_t count = 0;
        for (const auto& item : is) {
            if (count == log_attributes_max) break;
            if (count++ > 0) to_ += ',';
            json(name, item, depth + 1);
        }
        to_ += ']';
    }

    std::string& to_;
    const redactor& hiding_;
};

void append_member(std::string& to, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    to += ",\"";
    to += name;
    to += "\":";
    append_json(to, clean_utf8(value, log_value_bytes_max / 8));
}

void append_context(std::string& to, const log_identity& by, const log_context& within) {
    append_member(to, "service.name", by.service);
    append_member(to, "service.version", by.version);
    append_member(to, "service.instance.id", by.instance);
    append_member(to, "request_id", within.request_id);
    append_member(to, "trace_id", within.trace_id);
    append_member(to, "span_id", within.span_id);
    if (!within.trace_id.empty())
        fmt::format_to(std::back_inserter(to), ",\"trace_flags\":{}", within.trace_flags);
}

// Attributes are added whole or not at all. True when some had to stay out.
bool append_attributes(std::string& to, const log_record& record, const redactor& hiding) {
    std::size_t count = 0;
    for (const auto& each : record.attributes) {
        if (count == log_attributes_max) return true;
        std::string member(count == 0 ? "" : ",");
        append_json(member, clean_utf8(each.name, log_value_bytes_max / 8));
        member += ':';
        value_writer(member, hiding).value(each);
        if (to.size() + member.size() + tail_bytes > log_record_bytes_max) return true;
        to += member;
        ++count;
    }
    return false;
}

}  // namespace

std::string_view to_string(severity of) noexcept {
    switch (of) {
        case severity::trace:
            return "TRACE";
        case severity::debug:
            return "DEBUG";
        case severity::info:
            return "INFO";
        case severity::warn:
            return "WARN";
        case severity::error:
            return "ERROR";
        case severity::fatal:
            return "FATAL";
    }
    return "INFO";
}

std::string to_rfc3339(std::chrono::system_clock::time_point at) {
    using namespace std::chrono;
    const auto day = floor<days>(at);
    const year_month_day date(day);
    const hh_mm_ss time(duration_cast<nanoseconds>(at - day));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

std::string as_json_line(const log_record& record, const log_identity& by,
                         const log_context& within, const redactor& hiding) {
    std::string line;
    line.reserve(512);
    fmt::format_to(std::back_inserter(line),
                   R"({{"timestamp":"{}","severity_text":"{}","severity_number":{},"body":)",
                   to_rfc3339(record.at), to_string(record.level), static_cast<int>(record.level));
    append_json(line, shown(hiding, "", record.body, log_body_bytes_max));
    append_context(line, by, within);
    line += ",\"attributes\":{";
    const bool truncated = append_attributes(line, record, hiding);
    line += truncated ? "},\"truncated\":true}\n" : "}}\n";
    return line;
}

std::string as_console_line(const log_record& record, const log_context& within,
                            const redactor& hiding) {
    std::string line =
        fmt::format("{} {:<5} ", to_rfc3339(record.at).substr(11, 12), to_string(record.level));
    line += shown(hiding, "", record.body, log_body_bytes_max);
    // A terminal obeys control characters; a body may have lines.
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; }, '?');
    for (const auto& each : record.attributes) {
        std::string value;
        value_writer(value, hiding).value(each);
        if (line.size() + value.size() + tail_bytes > log_record_bytes_max) break;
        fmt::format_to(std::back_inserter(line), " {}={}", each.name.substr(0, 64), value);
    }
    if (!within.request_id.empty()) line += " request_id=" + within.request_id.substr(0, 64);
    return line + "\n";
}

}  // namespace headroom::observability
