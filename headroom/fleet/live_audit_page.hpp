// fleet/live_audit_page.hpp: an audit of PostgreSQL as a page.
#pragma once
#include "headroom/fleet/audit_page.hpp"
#include "headroom/fleet/audit_probe.hpp"

namespace headroom::fleet {

audit_page page_of(const audit_outcome& of);

}  // namespace headroom::fleet
