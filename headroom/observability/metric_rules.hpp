// observability/metric_rules.hpp: what a metric may be called.
//
// The rules are those promtool checks, plus one of ours: no label whose values grow with the
// number of tenants, users or paths.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace headroom::observability {

enum class metric_kind { counter, gauge, histogram };

/// Why `name` will not do, as a sentence; empty when it will. Snake case, base units in the plural
/// (seconds, bytes), `_total` on counters and only there, none of the suffixes that belong to
/// histograms, no type in the name.
std::string check_metric_name(std::string_view name, metric_kind kind);

/// Why a label's name will not do: not snake case, reserved, or unbounded (tenant, user, path ...).
std::string check_label_name(std::string_view name);

}  // namespace headroom::observability
