#include "headroom/tasks/task_failed.hpp"

#include <boost/core/demangle.hpp>
#include <typeinfo>

namespace headroom::tasks {
namespace {

constexpr std::size_t text_bytes_max = 4'096;

// Python reads "::" as a part of a name; its own separator is the dot.
std::string dotted(std::string name) {
    for (auto at = name.find("::"); at != name.npos; at = name.find("::", at))
        name.replace(at, 2, ".");
    if (name.size() > error_name_bytes_max) name.resize(error_name_bytes_max);
    return name;
}

}  // namespace

task_error error_of(const std::exception& failure) {
    task_error made;
    std::string text = failure.what();
    if (text.size() > text_bytes_max) text.resize(text_bytes_max);
    made.arguments = {value(std::move(text))};
    if (const auto* own = dynamic_cast<const task_failed*>(&failure)) {
        made.type = own->type();
        made.module = own->module();
    } else {
        made.type = dotted(boost::core::demangle(typeid(failure).name()));
    }
    return made;
}

}  // namespace headroom::tasks
