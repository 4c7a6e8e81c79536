// tasks/handlers.hpp: which function runs which task.
//
//     handlers all;
//     all.handle<int, int>("demo:add", {"a", "b"},
//                          [](task_context&, int a, int b) -> task<int> { co_return a + b; });
//     all.handle<std::string>("demo:shrink", {"path"}, [](task_context& on, const std::string& p) {
//         return shrink(p, on.stopping());  // blocks: on a thread of the blocking pool
//     });
//
// A function that returns task<T> is a coroutine and runs on the worker's handler reactor, which it
// must not block. Any other blocks and runs on a budgeted thread. What a handler returns is the
// task's result, converted as tasks/wire/argument.hpp says.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "headroom/tasks/backoff.hpp"
#include "headroom/tasks/limits.hpp"
#include "headroom/tasks/task_context.hpp"
#include "headroom/tasks/task_failed.hpp"
#include "headroom/tasks/wire/call.hpp"

namespace headroom::tasks {

/// How tasks of one name are treated. Labels of a message go before these.
struct handler_terms {
    std::optional<backoff_rules> retries{};  ///< none: taskiq's labels decide
    std::chrono::milliseconds timeout{0};    ///< where no label says; 0: none
    bool dead_letters = true;                ///< what failed for good by `retries` is kept as one
    run_limits limits{};                     ///< over all workers; worker_terms may replace them
};

namespace detail {

template <class T>
struct task_value : std::false_type {};
template <class T>
struct task_value<task<T>> : std::true_type {
    using type = T;
};

/// One of the two is set.
struct handler {
    std::function<task<value>(task_context&, const task_message&)> run;
    std::function<value(task_context&, const task_message&)> block;
    handler_terms terms;
};

}  // namespace detail

/// Filled before a worker is made of it; read by many afterwards.
class handlers {
public:
    static constexpr std::size_t names_max = 10'000;

    /// `parameters`: the names under which a sender may pass them; positional ones need none.
    /// Requires a name that is not taken.
    template <class... Parameters, class Function>
    void handle(std::string name, std::array<std::string_view, sizeof...(Parameters)> parameters,
                Function function, handler_terms with = {});

    const detail::handler* find(std::string_view name) const;
    std::size_t size() const noexcept { return all_.size(); }
    /// In alphabetical order.
    std::vector<std::string> names() const;
    /// Whether one of them needs a thread.
    bool any_blocks() const;

private:
    void add(std::string name, detail::handler what);

    std::map<std::string, detail::handler, std::less<>> all_;
};

// ---- the rest is how ----

namespace detail {

/// What was sent does not fit the handler's parameters; nobody's second try would.
[[noreturn]] void refuse_arguments(const codec_fault& why);

template <class... Parameters>
std::tuple<Parameters...> arguments_for(const task_message& to,
                                        const std::vector<std::string>& names) {
    std::array<std::string_view, sizeof...(Parameters)> views;
    for (std::size_t i = 0; i < views.size(); ++i) views[i] = names[i];
    auto read = typed_arguments<Parameters...>(to, views);
    if (!read) refuse_arguments(read.error());
    return std::move(*read);
}

}  // namespace detail

template <class... Parameters, class Function>
void handlers::handle(std::string name,
                      std::array<std::string_view, sizeof...(Parameters)> parameters,
                      Function function, handler_terms with) {
    using answer = std::invoke_result_t<const Function&, task_context&, Parameters...>;
    const std::vector<std::string> names(parameters.begin(), parameters.end());
    detail::handler made;
    made.terms = std::move(with);
    // What is passed by reference lives in this frame until the handler has ended.
    if constexpr (detail::task_value<answer>::value) {
        made.run = [function = std::move(function), names](
                       task_context& on, const task_message& to) -> task<value> {
            auto given = detail::arguments_for<Parameters...>(to, names);
            auto ran = std::apply(
                [&](auto&... each) { return function(on, std::move(each)...); }, given);
            using result = detail::task_value<answer>::type;
            if constexpr (std::is_void_v<result>) {
                co_await std::move(ran);
                co_return value();
            } else {
                co_return to_value<result>(co_await std::move(ran));
            }
        };
    } else {
        made.block = [function = std::move(function), names](task_context& on,
                                                             const task_message& to) -> value {
            auto given = detail::arguments_for<Parameters...>(to, names);
            const auto call = [&](auto&... each) { return function(on, std::move(each)...); };
            if constexpr (std::is_void_v<answer>) {
                std::apply(call, given);
                return value();
            } else {
                return to_value<answer>(std::apply(call, given));
            }
        };
    }
    add(std::move(name), std::move(made));
}

}  // namespace headroom::tasks
