// persistence/console.hpp: a pooler's admin console: commands in, tables out, over one connection.
//
// The console speaks PostgreSQL's simple query protocol and nothing else: no pipeline, no
// statements. So it has a door of its own beside connection.hpp, with the same lease and the same
// deadline.
#pragma once
#include <memory>
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

/// A visit to a console, kept between calls like kept_visit, whose rules of opening and closing are
/// its own: never a second connection at an address, nothing opened before gone(). Used by one
/// thread, never a reactor's.
class console_visit {
public:
    /// Nothing is opened yet.
    explicit console_visit(visit_terms terms, std::chrono::milliseconds goodbye = goodbye_ms_max);
    /// Closes and waits until the pooler has let go, or `goodbye` is over.
    ~console_visit();
    console_visit(const console_visit&) = delete;
    console_visit& operator=(const console_visit&) = delete;

    /// Asks the commands one after the other: a table for each. Connects first when nothing is
    /// open. Throws as kept_visit::call does; after that the connection is given up.
    std::vector<console_table> ask(std::span<const std::string_view> commands, deadline until);

    /// The pooler holds nothing of ours any more, or never did.
    bool gone() const;

private:
    struct body;
    const visit_terms terms_;
    const std::chrono::milliseconds goodbye_;
    std::unique_ptr<body> body_;  // none: nothing was opened since all was gone
};

}  // namespace headroom::persistence
