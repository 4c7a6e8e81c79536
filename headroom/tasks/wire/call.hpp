// tasks/wire/call.hpp: a task's arguments, bound to a handler's parameters as Python binds them.
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "headroom/tasks/wire/argument.hpp"
#include "headroom/tasks/wire/task_message.hpp"

namespace headroom::tasks {

/// What is passed for each of the names, positional arguments first; null where there is nothing.
/// A fault for too many positional ones, a name nobody knows, and a name that is passed twice.
decoded<array> bind_arguments(const task_message& to, std::span<const std::string_view> names);

/// The same as typed parameters. An optional may be left out; the fault names the parameter.
template <class... Parameters>
decoded<std::tuple<Parameters...>> typed_arguments(
    const task_message& to, const std::array<std::string_view, sizeof...(Parameters)>& names) {
    const auto bound = bind_arguments(to, names);
    if (!bound) return std::unexpected(bound.error());
    std::tuple<Parameters...> made;
    std::optional<codec_fault> fault;
    boost::mp11::mp_for_each<boost::mp11::mp_iota_c<sizeof...(Parameters)>>([&](auto at) {
        auto read = from_value<std::tuple_element_t<at, std::tuple<Parameters...>>>((*bound)[at]);
        if (read) std::get<at>(made) = std::move(*read);
        else if (!fault)
            fault = codec_fault{read.error().kind,
                                std::string(names[at]) + ": " + read.error().what, 0};
    });
    if (fault) return std::unexpected(std::move(*fault));
    return made;
}

}  // namespace headroom::tasks
