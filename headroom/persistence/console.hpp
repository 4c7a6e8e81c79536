// persistence/console.hpp: a pooler's admin console: commands in, tables out, over one connection.
//
// The console speaks PostgreSQL's simple query protocol and nothing else: no pipeline, no
// statements. So it has a door of its own beside connection.hpp, with the same lease and the same
// deadline.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "headroom/persistence/visit.hpp"

namespace headroom::persistence {

inline constexpr std::size_t console_rows_max = 20'000;  ///< of one table; the rest is dropped

/// What one command was answered with. Texts are the pooler's; NULL is an empty text.
struct console_table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
    bool cut = false;   ///< there were more than console_rows_max
    std::string error{};  ///< the console refused the command: why

    /// A row's value by the column's name; empty where there is no such column.
    const std::string& value(std::size_t row, std::string_view column) const;
};

/// Connects, asks the commands one after the other, closes. A table for each command. Blocks; never
/// from a reactor. Each address of a name is tried once. Throws as visit() does.
std::vector<console_table> ask_console(const visit_terms& terms,
                                       std::span<const std::string_view> commands, deadline until);

}  // namespace headroom::persistence
