#include "headroom/persistence/tenant.hpp"

namespace headroom::persistence {
namespace {

bool well_formed(std::string_view text) {
    bool may_join = false;  // a hyphen stands between two groups
    for (const char each : text) {
        const bool plain = (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9');
        if (!plain && !(each == '-' && may_join)) return false;
        may_join = plain;
    }
    return may_join;
}

}  // namespace

std::string_view to_string(tenant_fault fault) noexcept {
    switch (fault) {
        case tenant_fault::missing: return "missing";
        case tenant_fault::too_long: return "too_long";
        case tenant_fault::malformed: return "malformed";
    }
    return "unknown";
}

std::expected<tenant_id, tenant_fault> tenant_id::parse(std::string_view text) {
    if (text.empty()) return std::unexpected(tenant_fault::missing);
    if (text.size() > bytes_max) return std::unexpected(tenant_fault::too_long);
    if (!well_formed(text)) return std::unexpected(tenant_fault::malformed);
    return tenant_id(text);
}

}  // namespace headroom::persistence
