// runtime/setting_reader.hpp: how a package fills its settings: each variable declared once.
//
//     sizes.pool = from.count({.name = "DATABASE_SYNC_POOL_SIZE", .fallback = 1, .max = 50,
//                              .doc = "Sessions that blocking transactions always have."});
//
// One declaration is at once the parser, the bound, the fault message and the documentation. A
// faulty variable yields its default and is remembered: all faults are reported together by
// seal(), after which nothing can be read. One thread, at start.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headroom/runtime/environment.hpp"
#include "headroom/runtime/secret.hpp"
#include "headroom/runtime/setting_fault.hpp"

namespace headroom {

/// One variable as the reference prints it. Nothing in it is secret.
struct setting_row {
    std::string variable, type, fallback, bound, doc;
    std::string effective;  ///< the value in force, masked
    std::string origin;     ///< "default", "environment", ".env.dev:3", "command line"
};

/// What is wrong with a text, as the end of "must ..."; empty when nothing is.
using text_rule = std::function<std::string(std::string_view)>;

struct text_setting {
    std::string_view name;
    std::string_view fallback = {};
    std::size_t length_max = 1024;
    text_rule rule = {};
    std::string_view bound = {};  ///< the rule in words
    std::string_view doc;
};
struct secret_setting {
    std::string_view name;
    text_rule rule = {};
    std::string_view doc;
};
struct flag_setting {
    std::string_view name;
    bool fallback = false;
    std::string_view doc;
};
struct count_setting {
    std::string_view name;
    unsigned fallback = 0;
    unsigned min = 0, max = 1'000'000;
    std::string_view doc;
};
/// A number without a unit counts `bare`.
struct duration_setting {
    std::string_view name;
    std::chrono::milliseconds fallback{0};
    std::chrono::milliseconds min{0}, max{0};
    std::chrono::milliseconds bare{1000};
    std::string_view doc;
};
struct size_setting {
    std::string_view name;
    std::uint64_t fallback = 0, min = 0, max = 0;  ///< bytes
    std::string_view doc;
};
/// `a,b` or `["a","b"]`; empty items are dropped.
struct list_setting {
    std::string_view name;
    std::vector<std::string> fallback = {};
    std::size_t items_max = 64;
    std::string_view doc;
};
template <class Value>
struct choice_setting {
    std::string_view name;
    Value fallback;
    std::vector<std::pair<std::string_view, Value>> values;
    std::string_view doc;
};

class setting_reader {
public:
    /// `from` outlives the reader.
    explicit setting_reader(const environment& from) : from_(from) {}

    headroom::profile profile() const noexcept { return from_.profile(); }

    std::string text(const text_setting& as);
    secret hidden(const secret_setting& as);
    bool flag(const flag_setting& as);
    unsigned count(const count_setting& as);
    /// Nothing where nobody set it; `fallback` is not looked at. `otherwise` says what holds then.
    std::optional<unsigned> optional_count(const count_setting& as, std::string_view otherwise);
    std::chrono::milliseconds duration(const duration_setting& as);
    std::uint64_t size(const size_setting& as);
    std::vector<std::string> list(const list_setting& as);
    template <class Value>
    Value choice(const choice_setting<Value>& as);

    bool is_set(std::string_view name) const { return from_.contains(name); }
    /// Shows `masked` as the effective value of a variable read before: what a URL means, say.
    void show(std::string_view variable, std::string masked);
    /// For what only a whole struct can break: a relation between two variables.
    void fault(std::string_view variable, std::string problem, std::string hint = {});
    void warn(std::string_view variable, std::string problem, std::string hint = {});

    /// Ends the reading. Every variable that begins with `prefix` and was not declared is a fault,
    /// with the nearest declared name as its hint; only the names Kubernetes gives to service links
    /// (HEADROOM_SERVICE_HOST, ..._PORT_8080_TCP) pass. Answers the reference, or every fault.
    std::expected<std::vector<setting_row>, setting_faults> seal(
        std::string_view prefix = "HEADROOM_");
    /// What deserves a line in the log but stops nothing.
    const setting_faults& warnings() const noexcept { return warnings_; }
    /// Every secret that was read: what a log must not let out.
    const std::vector<secret>& secrets() const noexcept { return secrets_; }

private:
    /// The value, or nothing when unset, empty or already at fault. Enters the row.
    std::optional<std::string> take(setting_row row, bool is_secret = false);
    /// The row entered last is at fault: its value must `bound`.
    void must(std::string_view bound);
    std::size_t choose(setting_row row, const std::vector<std::string_view>& names,
                       std::size_t fallback);
    setting_fault about(std::string_view variable, std::string problem, std::string hint) const;
    void reject_unknown(std::string_view prefix);

    const environment& from_;
    bool sealed_ = false;
    std::vector<setting_row> rows_;
    setting_faults faults_, warnings_;
    std::vector<secret> secrets_;
};

template <class Value>
Value setting_reader::choice(const choice_setting<Value>& as) {
    std::vector<std::string_view> names;
    std::size_t fallback = 0;
    for (const auto& [name, value] : as.values) {
        if (value == as.fallback) fallback = names.size();
        names.push_back(name);
    }
    setting_row row{std::string(as.name), "choice", "", "", std::string(as.doc), "", ""};
    return as.values[choose(std::move(row), names, fallback)].second;
}

/// The reference as the markdown table that docs/settings.md holds: no effective values.
std::string to_markdown(const std::vector<setting_row>& rows);
/// Variable, effective value and origin, in columns: what an operator wants to see.
std::string to_table(const std::vector<setting_row>& rows);

}  // namespace headroom
