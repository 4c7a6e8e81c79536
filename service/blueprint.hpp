// service/blueprint.hpp: everything `serve` will ever open, entered before anything opens.
#pragma once
#include "headroom/budget/book.hpp"
#include "headroom/runtime/process_limits.hpp"
#include "service/settings.hpp"

namespace headroom::service {

/// Opened and closed before the steady phase: looks at the schema and at the role.
inline constexpr char start_check_consumer[] = "service.start_check";

/// Enters resources and consumers of every part. With HEADROOM_BUDGET_POSTGRES the reserve is what
/// that leaves above the floors; a value below them is a fault, as a line that names it.
std::expected<void, setting_fault> declare(budget::book& into, const settings& with,
                                           const process_limits& process);

}  // namespace headroom::service
