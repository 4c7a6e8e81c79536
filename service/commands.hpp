// service/commands.hpp: what the service's program does besides serving.
#pragma once
#include <iosfwd>
#include <string>

#include "service/blueprint.hpp"

namespace headroom::service {

enum class output { table, markdown, json };

/// The plan of the service's own objects, without a look at any server.
int print_plan(const settings& with, duty of, output as, std::ostream& out, std::ostream& err);
/// Every variable with its effective value and origin; secrets masked. Markdown: the reference.
int print_settings(const settings& with, output as, std::ostream& out);

}  // namespace headroom::service
