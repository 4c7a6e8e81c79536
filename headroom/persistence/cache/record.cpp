#include "headroom/persistence/cache/record.hpp"

namespace headroom::cache {
namespace {

void append_number(std::string& to, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<char>(number >> shift));
}

std::uint64_t read_number(std::string_view from) {
    std::uint64_t made = 0;
    for (const char each : from) made = made << 8 | static_cast<unsigned char>(each);
    return made;
}

constexpr std::size_t time_bytes = 8;

}  // namespace

std::string make_record(record_kind kind, std::uint64_t stamp, wall_time fresh_until,
                        std::string_view body) {
    std::string made;
    made.reserve(head_bytes + time_bytes + body.size());
    made.push_back(static_cast<char>(kind));
    append_number(made, stamp);
    append_number(made, static_cast<std::uint64_t>(fresh_until.time_since_epoch().count()));
    made.append(body);
    return made;
}

std::optional<record> parse_record(std::string_view from) {
    if (from.size() < head_bytes + time_bytes) return std::nullopt;
    const auto kind = static_cast<record_kind>(from.front());
    if (kind != record_kind::value && kind != record_kind::open && kind != record_kind::barred)
        return std::nullopt;
    const auto until = static_cast<std::int64_t>(read_number(from.substr(head_bytes, time_bytes)));
    return record{kind, from.substr(head_bytes + time_bytes),
                  wall_time(std::chrono::milliseconds(until))};
}

}  // namespace headroom::cache
