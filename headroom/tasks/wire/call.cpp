#include "headroom/tasks/wire/call.hpp"

#include <algorithm>

namespace headroom::tasks {

decoded<array> bind_arguments(const task_message& to, std::span<const std::string_view> names) {
    if (to.args.size() > names.size())
        return wrong_shape(std::to_string(to.args.size()) + " positional arguments for " +
                           std::to_string(names.size()) + " parameters");
    array bound = to.args;
    bound.resize(names.size());
    for (const auto& [name, is] : to.kwargs) {
        const auto place = std::ranges::find(names, name) - names.begin();
        const auto at = static_cast<std::size_t>(place);
        if (at == names.size()) return wrong_shape("a keyword argument the handler does not know");
        if (at < to.args.size()) return wrong_shape(name + " is passed twice");
        bound[at] = is;
    }
    return bound;
}

}  // namespace headroom::tasks
