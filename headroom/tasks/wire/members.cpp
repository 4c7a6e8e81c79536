#include "headroom/tasks/wire/members.hpp"

namespace headroom::tasks {

void member_reader::refuse(codec_fault fault) {
    if (!fault_) fault_ = std::move(fault);
}

void member_reader::refuse(std::string_view name, std::string_view what) {
    refuse({codec_fault_kind::wrong_shape, path_ + std::string(name) + std::string(what), 0});
}

template <class T>
T member_reader::expect(std::string_view name, std::string_view what) {
    auto* found = from_.find(name);
    auto* typed = found ? found->get<T>() : nullptr;
    if (typed) return std::move(*typed);
    refuse(name, found ? " is not " + std::string(what) : " is missing");
    return {};
}

std::string member_reader::text(std::string_view name, std::size_t bytes_max) {
    auto read = expect<std::string>(name, "a string");
    if (read.size() <= bytes_max) return read;
    refuse({codec_fault_kind::too_large, path_ + std::string(name), 0});
    return {};
}

std::optional<std::string> member_reader::text_or_null(std::string_view name,
                                                       std::size_t bytes_max) {
    const auto* found = from_.find(name);
    if (!found || found->is_null()) return std::nullopt;
    return text(name, bytes_max);
}

bool member_reader::boolean(std::string_view name) { return expect<bool>(name, "a boolean"); }

double member_reader::number(std::string_view name) {
    const auto* found = from_.find(name);
    const auto* whole = found ? found->get<std::int64_t>() : nullptr;
    return whole ? static_cast<double>(*whole) : expect<double>(name, "a number");
}

array member_reader::list(std::string_view name) { return expect<array>(name, "an array"); }

object member_reader::dictionary(std::string_view name) {
    return expect<object>(name, "an object");
}

value member_reader::anything(std::string_view name) {
    if (auto* found = from_.find(name)) return std::move(*found);
    refuse(name, " is missing");
    return {};
}

decoded<object> outer_object(decoded<value> read, std::string_view what) {
    if (!read) return std::unexpected(std::move(read.error()));
    if (auto* outer = read->get<object>()) return std::move(*outer);
    return wrong_shape(std::string(what) + " is not an object");
}

}  // namespace headroom::tasks
