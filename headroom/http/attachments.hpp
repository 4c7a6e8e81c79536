// http/attachments.hpp: what a middleware leaves for those behind it.
#pragma once
#include <any>
#include <utility>
#include <vector>

namespace headroom::http {

/// At most one value of each type: a principal, a trace. Its request's own, and no safer between
/// threads than that.
class attachments {
public:
    /// Replaces an earlier one of that type. T can be copied.
    template <class T>
    T& put(T value) {
        if (auto* there = find<T>()) return *there = std::move(value);
        return std::any_cast<T&>(all_.emplace_back(std::in_place_type<T>, std::move(value)));
    }

    /// Null when nobody left one. Valid until the next put.
    template <class T>
    const T* find() const noexcept {
        for (const auto& each : all_)
            if (const auto* found = std::any_cast<T>(&each)) return found;
        return nullptr;
    }
    template <class T>
    T* find() noexcept {
        return const_cast<T*>(std::as_const(*this).template find<T>());
    }

private:
    std::vector<std::any> all_;
};

}  // namespace headroom::http
