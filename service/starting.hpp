// service/starting.hpp: what the starts of all long-lived processes have in common.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "headroom/budget/book.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/observability/redactor.hpp"
#include "headroom/persistence/admission.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/runtime/runtime.hpp"
#include "service/blueprint.hpp"
#include "service/start_check.hpp"

namespace headroom::service {

/// What a start runs on and says things by.
struct start_ground {
    runtime& on;
    const observability::redactor& hiding;
    const observability::logger& log;
};

/// A name for this process; the consumer is to be filled in.
persistence::application_name member_of(const settings& with, duty of);

/// The grant of a consumer. Throws budget::refused.
budget::grant taken(budget::book& from, const char* consumer);

/// Says them in the log and on stderr. The exit code of a refusal.
int refuse_start(const observability::logger& log, const std::vector<std::string>& faults);

/// The record of a start, in the log and on stderr. Its exit code.
int report_start(const start_ground& on, const persistence::admission& result);

/// Looks at a server on the home reactor until it lets us, nothing can mend it, or it is too late.
/// An exit code; says why.
int look_at_start(const start_ground& on, const std::function<task<start_findings>(deadline)>& how,
                  const std::string& target, deadline until);

}  // namespace headroom::service
