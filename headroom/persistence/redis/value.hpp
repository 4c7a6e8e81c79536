// persistence/redis/value.hpp: one answer of Redis: a text, a number, or a tree of them.
//
// A value owns all of its answer in two blocks: its nodes in the order in which they came, and
// their texts one after the other. Whatever one reads of it points into these, so an answer of a
// thousand entries costs as many allocations as one of ten. A value is plain data: read it from any
// thread while nobody moves or destroys it.
//
//     const auto batch = co_await on.run(read_group, until);
//     for (const auto entry : batch[0][1]) handle(entry[0].text(), entry[1]);
#pragma once
#include <cstdint>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::redis {

/// What Redis said, in RESP2 or RESP3.
enum class kind : std::uint8_t {
    nothing,     ///< null: no such key, no message in time
    text,        ///< any bytes
    error,       ///< of one command; run() throws it, a unit keeps it in its place
    number,      ///< 64 bits, signed
    real,        ///< a double
    boolean,
    big_number,  ///< beyond 64 bits: its digits as a text
    list,
    set,
    map,   ///< pairs, as key, value, key, value
    push,  ///< came without a question: a published message, an invalidation
};
std::string_view to_string(kind of) noexcept;

/// An answer was read as something it is not.
class unexpected_answer : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

namespace detail {

struct node {
    union {
        std::uint64_t at = 0;  // where its text begins
        std::int64_t number;   // of a number; a boolean's 0 or 1
        double real;
    };
    std::uint32_t size = 0;  // bytes of its text; elements below it; of a map: pairs
    std::uint32_t span = 1;  // nodes of its subtree, with its own
    kind is = kind::nothing;
};

/// A node and the texts of its answer.
struct cursor {
    const node* at = nullptr;
    const char* texts = nullptr;
};

[[noreturn]] void refuse_reading(kind wanted, kind found);

}  // namespace detail

class element;

/// What one can read of an answer or of a part of it. Throws unexpected_answer where it is of
/// another kind.
template <class Self>
class readable {
public:
    kind is() const noexcept { return here().at->is; }
    bool is_nothing() const noexcept { return is() == kind::nothing; }
    bool is_error() const noexcept { return is() == kind::error; }
    /// A list, a set, a map or a push.
    bool has_elements() const noexcept { return is() >= kind::list; }

    /// Of a text, an error or a big number; valid while the value lives and is not moved.
    std::string_view text() const;
    std::int64_t number() const;
    /// Of a real or a number.
    double real() const;
    /// Of a boolean, or of RESP2's 0 and 1.
    bool boolean() const;

    /// Elements; of a map the keys and values together.
    std::size_t size() const;
    bool empty() const { return size() == 0; }
    /// The element of that position, which has to exist. Takes as many steps as its position where
    /// elements are lists themselves: to visit all of them, iterate.
    element operator[](std::size_t index) const;

    class iterator;
    iterator begin() const;
    iterator end() const;

    /// What stands behind `key`, a text, in a map or in a list of pairs, as RESP2 writes one; none
    /// when it is not there.
    std::optional<element> find(std::string_view key) const;

private:
    friend Self;  // and no other: `here` takes it for one
    readable() = default;
    readable(const readable&) = default;
    readable& operator=(const readable&) = default;
    ~readable() = default;

    detail::cursor here() const noexcept { return static_cast<const Self&>(*this).place(); }
    const detail::node& require(kind wanted) const {
        const auto& node = *here().at;
        if (node.is != wanted) detail::refuse_reading(wanted, node.is);
        return node;
    }
    void require_elements() const {
        if (!has_elements()) detail::refuse_reading(kind::list, is());
    }
};

/// A part of an answer. Valid while the value it is of lives and is not moved.
class element : public readable<element> {
public:
    explicit element(detail::cursor at) noexcept : at_(at) {}

private:
    friend class readable<element>;
    detail::cursor place() const noexcept { return at_; }
    detail::cursor at_;
};

class value : public readable<value> {
public:
    /// Nothing.
    value() = default;
    value(value&& from) noexcept = default;
    value& operator=(value&& from) noexcept = default;
    value(const value&) = delete;  // an answer may be large
    value& operator=(const value&) = delete;

    /// How much memory its texts and nodes take, beside itself.
    std::size_t bytes() const noexcept {
        return texts_.capacity() + nodes_.capacity() * sizeof(detail::node);
    }

private:
    friend class parser;
    friend class readable<value>;
    detail::cursor place() const noexcept {
        return {nodes_.empty() ? &only_ : nodes_.data(), texts_.data()};
    }

    detail::node only_;                // of an answer without elements
    std::vector<detail::node> nodes_;  // of one with elements; its own node comes first
    std::string texts_;
};

// ---- the rest is how ----

template <class Self>
class readable<Self>::iterator {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = element;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = element;

    iterator() = default;
    explicit iterator(detail::cursor at) noexcept : at_(at) {}
    element operator*() const noexcept { return element(at_); }
    iterator& operator++() noexcept {
        at_.at += at_.at->span;
        return *this;
    }
    iterator operator++(int) noexcept {
        const auto before = *this;
        ++*this;
        return before;
    }
    bool operator==(const iterator& other) const noexcept { return at_.at == other.at_.at; }

private:
    detail::cursor at_;
};

template <class Self>
std::string_view readable<Self>::text() const {
    const auto [node, texts] = here();
    if (node->is != kind::text && node->is != kind::error && node->is != kind::big_number)
        detail::refuse_reading(kind::text, node->is);
    return {texts + node->at, node->size};
}

template <class Self>
std::int64_t readable<Self>::number() const {
    return require(kind::number).number;
}

template <class Self>
double readable<Self>::real() const {
    if (is() == kind::number) return static_cast<double>(here().at->number);
    return require(kind::real).real;
}

template <class Self>
bool readable<Self>::boolean() const {
    const auto& node = *here().at;
    if (node.is == kind::number && (node.number == 0 || node.number == 1)) return node.number == 1;
    return require(kind::boolean).number == 1;
}

template <class Self>
std::size_t readable<Self>::size() const {
    require_elements();
    const auto& node = *here().at;
    return node.is == kind::map ? node.size * std::size_t{2} : node.size;
}

template <class Self>
auto readable<Self>::begin() const -> iterator {
    require_elements();
    const auto [node, texts] = here();
    return iterator({node + 1, texts});
}

template <class Self>
auto readable<Self>::end() const -> iterator {
    require_elements();
    const auto [node, texts] = here();
    return iterator({node + node->span, texts});
}

template <class Self>
element readable<Self>::operator[](std::size_t index) const {
    const auto count = size();
    if (index >= count) throw unexpected_answer("an answer has fewer elements than expected");
    const auto [node, texts] = here();
    if (node->span == count + 1) return element({node + 1 + index, texts});
    auto at = begin();
    while (index-- > 0) ++at;
    return *at;
}

template <class Self>
std::optional<element> readable<Self>::find(std::string_view key) const {
    for (auto at = begin(), last = end(); at != last; ++at) {
        const auto name = *at;
        if (++at == last) break;
        if (name.is() == kind::text && name.text() == key) return *at;
    }
    return std::nullopt;
}

}  // namespace headroom::redis
