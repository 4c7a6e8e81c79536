// tasks/wire/label.hpp: a label of a task, whose type travels beside it as a number.
//
// Labels leave a Python process as texts, and `labels_types` says what they were. A requeued task
// comes with the values themselves and the same numbers, and middlewares add labels without one.
// All of it is read here; what headroom writes has its text and its number again, so that a task
// keeps the types of its labels however often it is sent on.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

inline constexpr std::size_t labels_max = 1'024;           ///< of one task
inline constexpr std::size_t label_name_bytes_max = 1'024;

/// taskiq's LabelType; the numbers are the wire's.
enum class label_code : std::uint8_t { any = 1, integer, text, number, truth, bytes };

struct label {
    value is;                        ///< after conversion: an integer where the code says so
    std::optional<label_code> code;  ///< none: any JSON, written as it is
    bool operator==(const label&) const = default;
};

/// With the code of the value's own type; what has none (null, arrays, objects) becomes its str()
/// under `any`.
label label_of(value is);

/// Python's conversion of what was sent, a text or a raw value, under the code sent with it. A
/// fault rejects the whole message, as in Python.
decoded<label> read_label(const value& sent, const std::optional<value>& code);

/// What to send: texts for labels with a code, base64 for bytes.
value sent_form(const label& of);

struct named_label {
    std::string name;
    label is;
    bool operator==(const named_label&) const = default;
};

/// Labels by name, in the order they were written.
class label_set {
public:
    const label* find(std::string_view name) const noexcept;
    const value* value_of(std::string_view name) const noexcept;  ///< nullptr if there is none
    void set(std::string_view name, label is);                    ///< replaces, or appends
    void set(std::string_view name, value is) { set(name, label_of(std::move(is))); }
    bool erase(std::string_view name);
    std::size_t size() const noexcept { return labels_.size(); }
    auto begin() const noexcept { return labels_.begin(); }
    auto end() const noexcept { return labels_.end(); }
    bool operator==(const label_set&) const = default;

private:
    std::vector<named_label> labels_;
};

/// From the objects `labels` and `labels_types` of a message; `types` may be absent or null. Codes
/// of names that are no label are passed over.
decoded<label_set> read_labels(const object& sent, const value* types);

object sent_labels(const label_set& of);        ///< the object `labels`
object sent_label_types(const label_set& of);   ///< the object `labels_types`
object converted_labels(const label_set& of);   ///< `labels` of a result: converted values

}  // namespace headroom::tasks
