#include "headroom/tasks/wire/schedule.hpp"

#include <boost/assert.hpp>
#include <cmath>

#include "headroom/tasks/wire/iso_duration.hpp"
#include "headroom/tasks/wire/label_words.hpp"
#include "headroom/tasks/wire/members.hpp"
#include "headroom/tasks/wire/python_numbers.hpp"
#include "headroom/tasks/wire/python_text.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::size_t minute_letters = 16;  // "2031-02-03T02:05"

/// Whole seconds within bounds, or nothing.
std::optional<seconds> interval_seconds(double number) {
    if (number < 1 || number > static_cast<double>(seconds(interval_max).count()) ||
        number != std::trunc(number))
        return std::nullopt;
    return seconds(static_cast<std::int64_t>(number));
}

/// A number of seconds, as a number or a text, or a duration.
std::optional<schedule_interval> interval_of(const value& from) {
    std::optional<double> number;
    if (const auto* whole = from.get<std::int64_t>()) number = static_cast<double>(*whole);
    else if (const auto* real = from.get<double>()) number = *real;
    std::optional<microseconds> span;
    if (const auto* text = from.get<std::string>()) {
        span = parse_duration(*text);
        const auto whole = span ? std::nullopt : python_int(*text);
        if (whole && whole->get<std::int64_t>())
            number = static_cast<double>(*whole->get<std::int64_t>());
    }
    if (span) number = std::chrono::duration<double>(*span).count();
    const auto every = number ? interval_seconds(*number) : std::nullopt;
    return every ? std::optional(schedule_interval{*every, span.has_value()}) : std::nullopt;
}

bool is_set(const value* found) { return found && !found->is_null(); }

void set_ahead(member_reader& from, schedule& made, auto span) {
    if (span > clock_ahead_max || span < -clock_ahead_max)
        return from.refuse("cron_offset", " is more than a day");
    made.clock = microseconds(span);
}

void read_clock(member_reader& from, schedule& made) {
    const auto* found = from.maybe("cron_offset");
    if (!is_set(found)) return;
    if (const auto* whole = found->get<std::int64_t>())
        return set_ahead(from, made, seconds(*whole));
    const auto text = from.text("cron_offset", zone_bytes_max);
    if (text.empty()) return;  // as in Python, which asks for its truth
    if (const auto span = parse_duration(text)) set_ahead(from, made, *span);
    else made.clock = text;
}

void read_when(member_reader& from, schedule& made) {
    made.cron = from.text_or_null("cron", cron_bytes_max);
    read_clock(from, made);
    if (const auto* time = from.maybe("time"); is_set(time)) {
        made.time = date_time_of(*time);
        if (!made.time) from.refuse("time", " is no time");
    }
    if (const auto* interval = from.maybe("interval"); is_set(interval)) {
        made.interval = interval_of(*interval);
        if (!made.interval) from.refuse("interval", " is not a whole number of seconds above 0");
    }
    if (!made.cron && !made.time && !made.interval)
        from.refuse("cron", ", interval and time are all missing");
}

value clock_value(const cron_clock& clock) {
    if (const auto* zone = std::get_if<std::string>(&clock)) return *zone;
    if (const auto* ahead = std::get_if<microseconds>(&clock)) return iso_duration(*ahead);
    return {};
}

value interval_value(const std::optional<schedule_interval>& interval) {
    if (!interval) return {};
    if (interval->as_duration) return iso_duration(interval->every);
    return std::int64_t{interval->every.count()};
}

}  // namespace

decoded<schedule> read_schedule(std::string_view bytes, const codec_limits& limits) {
    auto outer = outer_object(read_value(bytes, limits), "a schedule");
    if (!outer) return std::unexpected(outer.error());
    member_reader from(*outer, "");
    schedule made;
    made.task_name = from.text("task_name", task_name_bytes_max);
    made.labels = from.dictionary("labels");
    made.args = from.list("args");
    made.kwargs = from.dictionary("kwargs");
    made.task_id = from.text_or_null("task_id", task_id_bytes_max);
    made.schedule_id = from.text("schedule_id", schedule_id_bytes_max);
    if (made.labels.size() > labels_max)
        from.refuse({codec_fault_kind::too_many, "labels", 0});
    read_when(from, made);
    if (from.fault()) return std::unexpected(*from.fault());
    return made;
}

decoded<std::string> write_schedule(const schedule& of, serializer format) {
    BOOST_ASSERT(of.cron || of.interval || of.time);
    return write_value(object{{"task_name", of.task_name},
                              {"labels", of.labels},
                              {"args", of.args},
                              {"kwargs", of.kwargs},
                              {"task_id", of.task_id ? value(*of.task_id) : value()},
                              {"schedule_id", of.schedule_id},
                              {"cron", of.cron ? value(*of.cron) : value()},
                              {"cron_offset", clock_value(of.clock)},
                              {"time", of.time ? value(iso_date_time(*of.time)) : value()},
                              {"interval", interval_value(of.interval)}},
                       format);
}

task_message message_of(const schedule& of, std::string task_id) {
    task_message made{std::move(task_id), of.task_name, {}, of.args, of.kwargs};
    for (const auto& [name, is] : of.labels) made.labels.set(name, label_of(python_str(is)));
    made.labels.set(label_name::schedule_id, label_of(of.schedule_id));
    return made;
}

std::string schedule_keys::data(std::string_view schedule_id) const {
    return prefix_ + ":data:" + std::string(schedule_id);
}

std::string schedule_keys::slot(std::string_view schedule_id) const {
    return prefix_ + ":slot:" + std::string(schedule_id);
}

std::string schedule_keys::time(std::chrono::sys_time<microseconds> instant) const {
    return prefix_ + ":time:" + iso_date_time(in_utc(instant)).substr(0, minute_letters);
}

std::optional<std::chrono::sys_time<std::chrono::minutes>> schedule_keys::minute_of(
    std::string_view key) const {
    const auto before = prefix_ + ":time:";
    if (!key.starts_with(before) || key.size() != before.size() + minute_letters)
        return std::nullopt;
    const auto time = parse_date_time(key.substr(before.size()));
    if (!time || time->offset) return std::nullopt;
    return std::chrono::floor<std::chrono::minutes>(time->instant());
}

std::string schedule_keys::index_of(const schedule& of) const {
    if (of.cron) return cron();
    if (of.time) return time(of.time->instant());
    BOOST_ASSERT(of.interval.has_value());
    return interval();
}

}  // namespace headroom::tasks
