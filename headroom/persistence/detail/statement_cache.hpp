// persistence/detail/statement_cache.hpp: the prepared statements of one connection, bounded.
//
// Least recently used goes first. Pure: it decides what to prepare and what to deallocate; the
// connection sends it and reports back. A statement is told apart by its text and by the types its
// parameters are bound as; a NULL fits every type.
#pragma once
#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "headroom/persistence/statement.hpp"

namespace headroom::persistence::detail {

class statement_cache {
public:
    /// A longer text is sent unnamed: it is a migration, not a statement to be repeated.
    static constexpr std::size_t text_bytes_max = 16 * 1024;
    static constexpr std::size_t name_bytes_max = 16;

    explicit statement_cache(std::size_t statements_max) : statements_max_(statements_max) {}

    struct prepared {
        std::uint32_t number;          ///< never 0, never used twice on a connection
        char name[name_bytes_max];     ///< on the server
        std::uint64_t id;
        std::string text;
        std::vector<unsigned> types;
    };
    /// What to execute; `prepare` when it has to be prepared before. Null: send it unnamed.
    struct found {
        const prepared* what = nullptr;
        bool prepare = false;
    };

    /// `values[i]` is null where the parameter is NULL. May evict; see take_doomed().
    found use(const statement& wanted, std::span<const unsigned> types,
              std::span<const char* const> values);

    /// The server could not prepare it, or no longer knows or accepts it. Not deallocated when it
    /// never stood.
    void forget(std::uint32_t number, bool stands);
    /// A deallocation did not take place: it is due again.
    void doom(std::uint32_t number) { doomed_.push_back(number); }
    /// A statement to deallocate, or 0.
    std::uint32_t take_doomed();

    std::size_t size() const noexcept { return order_.size(); }
    /// Numbers grow: a statement with a higher one was prepared later.
    std::uint32_t last_number() const noexcept { return last_number_; }
    static void write_name(std::uint32_t number, char (&to)[name_bytes_max]) noexcept;

private:
    using order = std::list<prepared>;  // most recently used first
    void insert(const statement& wanted, std::span<const unsigned> types);
    void erase(order::iterator at);

    const std::size_t statements_max_;
    std::uint32_t last_number_ = 0;
    order order_;
    std::unordered_multimap<std::uint64_t, order::iterator> by_id_;
    std::vector<std::uint32_t> doomed_;
};

}  // namespace headroom::persistence::detail
