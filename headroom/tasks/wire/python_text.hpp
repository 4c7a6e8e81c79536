// tasks/wire/python_text.hpp: str() and repr() of a value, as CPython 3.11 writes them.
#pragma once
#include <string>

#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// str(value): "None", "True", "2.5", a text as it is, a container as its repr().
std::string python_str(const value& of);

/// repr(value): like str(), but a text within quotes and escaped: {'a': [1, 'it"s']}.
std::string python_repr(const value& of);

}  // namespace headroom::tasks
