#include "headroom/tasks/wire/python_convert.hpp"

#include <algorithm>
#include <string_view>

#include "headroom/tasks/wire/python_numbers.hpp"
#include "headroom/tasks/wire/python_text.hpp"

namespace headroom::tasks {
namespace {

struct int_of {
    using made = std::optional<value>;
    made operator()(bool is) const { return value(is ? 1 : 0); }
    made operator()(std::int64_t is) const { return value(is); }
    made operator()(const big_integer& is) const { return value(is); }
    made operator()(double is) const { return python_int(is); }
    made operator()(const std::string& is) const { return python_int(is); }
    made operator()(const auto&) const { return std::nullopt; }
};

struct float_of {
    using made = std::optional<double>;
    made operator()(bool is) const { return is ? 1.0 : 0.0; }
    made operator()(std::int64_t is) const { return static_cast<double>(is); }
    made operator()(const big_integer& is) const { return python_float(is); }
    made operator()(double is) const { return is; }
    made operator()(const std::string& is) const { return python_float(is); }
    made operator()(const auto&) const { return std::nullopt; }
};

struct truth_of {
    bool operator()(std::monostate) const { return false; }
    bool operator()(bool is) const { return is; }
    bool operator()(std::int64_t is) const { return is != 0; }
    bool operator()(double is) const { return is != 0; }
    bool operator()(const big_integer&) const { return true; }
    bool operator()(const byte_string& is) const { return !is.octets.empty(); }
    bool operator()(const auto& container) const { return !container.empty(); }
};

}  // namespace

std::optional<value> python_int_of(const value& of) { return of.visit(int_of()); }
std::optional<double> python_float_of(const value& of) { return of.visit(float_of()); }
bool python_truth_of(const value& of) { return of.visit(truth_of()); }

bool reads_true(const value& of) {
    static constexpr std::string_view wanted = "true";
    return std::ranges::equal(python_str(of), wanted, [](char one, char other) {
        return one == other || (one >= 'A' && one <= 'Z' && one - 'A' + 'a' == other);
    });
}

}  // namespace headroom::tasks
