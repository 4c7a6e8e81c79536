#include "headroom/tasks/wire/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <tuple>

#include "headroom/tasks/wire/codec_fault.hpp"

namespace headroom::tasks {
namespace {

bool is_canonical_integer(std::string_view digits) noexcept {
    const auto magnitude = digits.substr(digits.starts_with('-') ? 1 : 0);
    if (magnitude.empty() || magnitude.size() > integer_digits_max) return false;
    if (magnitude.front() == '0' && digits != "0") return false;
    return std::ranges::all_of(magnitude, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> small_integer(std::string_view digits) noexcept {
    std::int64_t small = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), small);
    if (read.ec == std::errc()) return small;
    return std::nullopt;
}

constexpr std::size_t few_members = 8;  // compared each with each

bool repeats_a_name(const std::vector<member>& members) {
    for (std::size_t i = 1; i < members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (members[i].name == members[j].name) return true;
    return false;
}

}  // namespace

std::optional<big_integer> big_integer::from(std::string digits) {
    if (!is_canonical_integer(digits) || small_integer(digits)) return std::nullopt;
    return big_integer(std::move(digits));
}

std::optional<value> integer_from(std::string_view digits) {
    if (!is_canonical_integer(digits)) return std::nullopt;
    if (const auto small = small_integer(digits)) return value(*small);
    return value(*big_integer::from(std::string(digits)));
}

value::value(std::uint64_t is) {
    if (std::in_range<std::int64_t>(is)) is_ = static_cast<std::int64_t>(is);
    else is_ = *big_integer::from(std::to_string(is));
}

bool value::operator==(const value& other) const { return is_ == other.is_; }

bool member::operator==(const member& other) const {
    return name == other.name && is == other.is;
}

std::string_view value::kind() const noexcept {
    static constexpr std::array<std::string_view, 9> names{
        "null",       "a boolean", "an integer", "a number", "a string",
        "an integer", "bytes",     "an array",   "an object"};
    return names[is_.index()];
}

object::object() = default;
object::object(const object&) = default;
object::object(object&&) noexcept = default;
object& object::operator=(const object&) = default;
object& object::operator=(object&&) noexcept = default;
object::~object() = default;

object::object(std::initializer_list<member> members)
    : object(from(std::vector<member>(members))) {}

object object::from(std::vector<member> members) {
    object made;
    if (members.size() <= few_members && !repeats_a_name(members)) {
        made.members_ = std::move(members);
        return made;
    }
    std::vector<std::size_t> by_name(members.size());
    std::iota(by_name.begin(), by_name.end(), std::size_t{0});
    std::ranges::sort(by_name, [&](std::size_t one, std::size_t other) {
        return std::tie(members[one].name, one) < std::tie(members[other].name, other);
    });
    std::vector<bool> repeated(members.size(), false);
    for (std::size_t first = 0, next = 1; next < by_name.size(); ++next) {
        if (members[by_name[first]].name == members[by_name[next]].name) {
            members[by_name[first]].is = std::move(members[by_name[next]].is);
            repeated[by_name[next]] = true;
        } else {
            first = next;
        }
    }
    for (std::size_t i = 0; i < members.size(); ++i)
        if (!repeated[i]) made.members_.push_back(std::move(members[i]));
    return made;
}

const value* object::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(members_, name, &member::name);
    return found == members_.end() ? nullptr : &found->is;
}

value* object::find(std::string_view name) noexcept {
    const auto found = std::ranges::find(members_, name, &member::name);
    return found == members_.end() ? nullptr : &found->is;
}

value& object::set(std::string_view name, value is) {
    const auto found = std::ranges::find(members_, name, &member::name);
    if (found == members_.end())
        return members_.emplace_back(member{std::string(name), std::move(is)}).is;
    return found->is = std::move(is);
}

bool object::erase(std::string_view name) {
    return std::erase_if(members_, [&](const member& each) { return each.name == name; }) > 0;
}

std::size_t object::size() const noexcept { return members_.size(); }
const member* object::begin() const noexcept { return members_.data(); }
const member* object::end() const noexcept { return members_.data() + members_.size(); }
bool object::operator==(const object& other) const { return members_ == other.members_; }

}  // namespace headroom::tasks
