#include "headroom/tasks/wire/pickle_machine.hpp"

#include <limits>

namespace headroom::tasks {
namespace {

constexpr auto forgotten = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void pickle_machine::refuse(codec_fault_kind kind, const char* what) {
    throw codec_fault{kind, what, 0};
}

void pickle_machine::push_thing(thing made) {
    if (things_.size() >= limits_.values) refuse(codec_fault_kind::too_many, "things in a pickle");
    things_.push_back(std::move(made));
    push_number(static_cast<number>(things_.size() - 1));
}

void pickle_machine::push_number(number of) {
    if (stack_.size() >= limits_.values)
        refuse(codec_fault_kind::too_many, "things on a pickle's stack");
    stack_.push_back(of);
}

void pickle_machine::push(value scalar) {
    push_thing({kind::scalar, std::move(scalar), {}});
}
void pickle_machine::push_empty_list() { push_thing({kind::list, {}, {}}); }
void pickle_machine::push_empty_dict() { push_thing({kind::dict, {}, {}}); }

void pickle_machine::push_mark() {
    if (marks_.size() >= limits_.depth) refuse(codec_fault_kind::too_deep, "marks of a pickle");
    marks_.push_back(stack_.size());
}

pickle_machine::number pickle_machine::pop() {
    const auto floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) refuse(codec_fault_kind::malformed, "a pickle's stack is empty");
    const auto of = stack_.back();
    stack_.pop_back();
    return of;
}

std::vector<pickle_machine::number> pickle_machine::pop_to_mark() {
    if (marks_.empty()) refuse(codec_fault_kind::malformed, "a pickle without the mark it needs");
    const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<number> taken(from, stack_.end());
    stack_.erase(from, stack_.end());
    marks_.pop_back();
    return taken;
}

pickle_machine::thing& pickle_machine::top(kind expected) {
    const auto of = pop();
    stack_.push_back(of);
    if (things_[of].is != expected)
        refuse(codec_fault_kind::malformed, "a pickle adds to what is no container of that kind");
    return things_[of];
}

void pickle_machine::push_tuple(std::size_t items) {
    std::vector<number> parts(items);
    for (std::size_t i = items; i-- > 0;) parts[i] = pop();
    push_thing({kind::list, {}, std::move(parts)});
}

void pickle_machine::push_tuple_to_mark() { push_thing({kind::list, {}, pop_to_mark()}); }

void pickle_machine::append() {
    const auto added = pop();
    top(kind::list).parts.push_back(added);
}

void pickle_machine::append_all() {
    const auto added = pop_to_mark();
    auto& parts = top(kind::list).parts;
    parts.insert(parts.end(), added.begin(), added.end());
}

void pickle_machine::set_item() {
    const auto added = pop(), name = pop();
    auto& parts = top(kind::dict).parts;
    parts.insert(parts.end(), {name, added});
}

void pickle_machine::set_all() {
    const auto added = pop_to_mark();
    if (added.size() % 2 != 0) refuse(codec_fault_kind::malformed, "a name without its value");
    auto& parts = top(kind::dict).parts;
    parts.insert(parts.end(), added.begin(), added.end());
}

void pickle_machine::remember(std::size_t place) {
    if (place >= limits_.values) refuse(codec_fault_kind::too_many, "things in a pickle's memo");
    const auto of = pop();
    stack_.push_back(of);
    if (memo_.size() <= place) memo_.resize(place + 1, forgotten);
    if (memo_[place] == forgotten) ++memorized_;
    memo_[place] = of;
}

void pickle_machine::recall(std::size_t place) {
    if (place >= memo_.size() || memo_[place] == forgotten)
        refuse(codec_fault_kind::malformed, "a pickle recalls what it never remembered");
    push_number(memo_[place]);
}

value pickle_machine::finish() {
    const auto of = pop();
    if (!stack_.empty() || !marks_.empty())
        refuse(codec_fault_kind::malformed, "a pickle ends with things left over");
    return value_of(of, 0);
}

void pickle_machine::count(std::size_t text_bytes) {
    if (++values_ > limits_.values) refuse(codec_fault_kind::too_many, "values in a pickle");
    text_bytes_ += text_bytes;
    if (text_bytes_ > limits_.text_bytes)
        refuse(codec_fault_kind::too_large, "bytes of texts in a pickle");
}

value pickle_machine::value_of(number of, std::size_t depth) {
    const auto& is = things_[of];
    if (is.is == kind::scalar) {
        const auto* text = is.scalar.get<std::string>();
        const auto* octets = is.scalar.get<byte_string>();
        count(text ? text->size() : octets ? octets->octets.size() : 0);
        return is.scalar;
    }
    count(0);
    if (depth >= limits_.depth) refuse(codec_fault_kind::too_deep, "containers in a pickle");
    if (is.is == kind::dict) return object_of(is, depth + 1);
    array made;
    made.reserve(std::min(is.parts.size(), limits_.values));
    for (const auto part : is.parts) made.push_back(value_of(part, depth + 1));
    return made;
}

object pickle_machine::object_of(const thing& dict, std::size_t depth) {
    std::vector<member> members;
    for (std::size_t i = 0; i < dict.parts.size(); i += 2) {
        const auto* name = things_[dict.parts[i]].scalar.get<std::string>();
        if (!name) refuse(codec_fault_kind::wrong_shape, "a name in a pickle that is no text");
        count(name->size());
        members.push_back({*name, value_of(dict.parts[i + 1], depth)});
    }
    return object::from(std::move(members));
}

}  // namespace headroom::tasks
