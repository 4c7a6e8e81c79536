// service/value_check.hpp: a command's values checked together, so that a client hears of all that
// is wrong with them at once.
#pragma once
#include <optional>

#include "service/domain_error.hpp"

namespace headroom::service {

class value_check {
public:
    /// The value as it is once checked; unchanged where it is faulty.
    template <class T>
    void take(T& value, outcome<T> checked) {
        if (checked) value = *std::move(checked);
        else add(std::move(checked.error()));
    }
    /// One of a kind that is left as it is.
    template <class T>
    void hear(const outcome<T>& checked) {
        if (!checked) add(checked.error());
    }
    /// Every fault in one refusal, in the order they were found; nothing when there is none.
    std::optional<domain_error> refusal() && { return std::move(found_); }

private:
    void add(domain_error why);

    std::optional<domain_error> found_;
};

}  // namespace headroom::service
