// tasks/wire/pickle_machine.hpp: the stack, memo and things of a pickle that is being read.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// What read_pickle() works on. Things refer to each other by number, as a pickle may share them;
/// finish() makes a value of them. Throws codec_fault; bounded by the limits in every dimension.
class pickle_machine {
public:
    explicit pickle_machine(const codec_limits& limits) : limits_(limits) {}

    void push(value scalar);
    void push_empty_list();
    void push_empty_dict();
    void push_mark();
    void push_tuple(std::size_t items);  ///< of the topmost ones
    void push_tuple_to_mark();

    void append();       ///< the topmost to the list below it
    void append_all();   ///< everything above the mark to the list below it
    void set_item();     ///< name and value to the dict below them
    void set_all();      ///< pairs above the mark

    void memoize() { remember(memorized_); }
    void remember(std::size_t place);
    void recall(std::size_t place);

    /// The value of the only thing on the stack.
    value finish();

private:
    using number = std::uint32_t;
    enum class kind : std::uint8_t { scalar, list, dict };
    struct thing {
        kind is = kind::scalar;
        value scalar;
        std::vector<number> parts;  // of a dict: name, value, name, value ...
    };

    [[noreturn]] static void refuse(codec_fault_kind kind, const char* what);
    void push_thing(thing made);
    void push_number(number of);
    number pop();
    std::vector<number> pop_to_mark();
    thing& top(kind expected);
    value value_of(number of, std::size_t depth);
    object object_of(const thing& dict, std::size_t depth);
    void count(std::size_t text_bytes);

    const codec_limits& limits_;
    std::vector<thing> things_;
    std::vector<number> stack_;
    std::vector<std::size_t> marks_;  // heights of the stack
    std::vector<number> memo_;
    std::size_t memorized_ = 0;
    std::size_t values_ = 0;  // of the result
    std::size_t text_bytes_ = 0;
};

}  // namespace headroom::tasks
