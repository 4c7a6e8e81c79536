// tasks/wire/members.hpp: the members of an object from outside, each of the kind it has to be.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// Moves members out of an object, each at most once; the first that is missing or of another kind
/// is remembered and everything after it is empty. Owns nothing: the object outlives it.
class member_reader {
public:
    /// `path` stands before a member's name in faults: "error." or nothing.
    member_reader(object& from, std::string path) : from_(from), path_(std::move(path)) {}

    std::string text(std::string_view name, std::size_t bytes_max);
    std::optional<std::string> text_or_null(std::string_view name, std::size_t bytes_max);
    bool boolean(std::string_view name);
    double number(std::string_view name);  ///< an integer, too
    array list(std::string_view name);
    object dictionary(std::string_view name);
    value anything(std::string_view name);        ///< null, too, but present
    const value* maybe(std::string_view name) const noexcept { return from_.find(name); }

    void refuse(std::string_view name, std::string_view what);
    void refuse(codec_fault fault);
    const std::optional<codec_fault>& fault() const noexcept { return fault_; }

private:
    template <class T>
    T expect(std::string_view name, std::string_view what);

    object& from_;
    std::string path_;
    std::optional<codec_fault> fault_;
};

/// The object a document has to be, or the fault that says it is none.
decoded<object> outer_object(decoded<value> read, std::string_view what);

}  // namespace headroom::tasks
