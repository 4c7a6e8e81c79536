#include "headroom/eventsourcing/detail/failure.hpp"

#include <algorithm>
#include <array>

#include "headroom/budget/refusal.hpp"
#include "headroom/persistence/error.hpp"

namespace headroom::eventsourcing::detail {
namespace {

using persistence::server_error;
using kind = failure::kind;

constexpr std::string_view division_by_zero = "22012";

// Classes of appendix A of PostgreSQL's documentation: connection exception, transaction rollback,
// insufficient resources, object not in prerequisite state, operator intervention, system error,
// authorization and catalog name (a connection that cannot be opened now).
constexpr std::array<std::string_view, 8> passing_classes{"08", "40", "53", "55",
                                                          "57", "58", "28", "3D"};

failure of_server(const server_error& said) {
    if (said.is(division_by_zero)) return {kind::fenced, as_reason(said.what())};
    const auto what = passes_with_time(said.sqlstate()) ? kind::transient : kind::permanent;
    return {what, as_reason(said.what())};
}

}  // namespace

bool passes_with_time(std::string_view sqlstate) noexcept {
    if (sqlstate.size() < 2) return true;  // the server gave none: not an effect's fault
    return sqlstate == persistence::sqlstate::read_only_transaction ||
           std::ranges::find(passing_classes, sqlstate.substr(0, 2)) != passing_classes.end();
}

std::string as_reason(std::string_view text) {
    std::string made(text.substr(0, reason_bytes_max));
    for (auto& each : made)
        if (each < ' ' || each > '~') each = '?';
    return made;
}

failure explain_failure(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const server_error& said) {
        return of_server(said);
    } catch (const persistence::connection_lost& lost) {
        return {kind::transient, as_reason(lost.what())};
    } catch (const persistence::deadline_passed& late) {
        return {kind::overdue, as_reason(late.what())};
    } catch (const budget::refused& refused) {
        return {kind::transient, as_reason(refused.what())};
    } catch (const std::exception& broken) {
        return {kind::permanent, as_reason(broken.what())};
    } catch (...) {
        return {kind::permanent, "an exception that tells nothing"};
    }
}

}  // namespace headroom::eventsourcing::detail
