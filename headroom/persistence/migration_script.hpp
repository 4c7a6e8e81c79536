// persistence/migration_script.hpp: an SQL file, taken apart into statements.
//
// A pipelined connection takes one statement at a time, so the file is split here, by the lexical
// rules of PostgreSQL (documentation, "Lexical Structure") and of psql: quotes, escape strings,
// dollar quotes, nested comments, parentheses, and the bodies of SQL routines. Pure and bounded.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::persistence {

inline constexpr std::size_t script_bytes_max = 1024 * 1024;
inline constexpr std::size_t script_statements_max = 2000;
inline constexpr int script_depth_max = 200;  ///< of parentheses and comments

/// One statement without its semicolon and without comments around it; a view into the script.
struct script_statement {
    std::string_view text;
    int line = 1;  ///< on which it begins
};

struct script_fault {
    int line = 1;
    std::string what;  ///< one clause: "the quoted string is not closed"
};

/// Refuses what cannot run inside one transaction on a pipelined connection: an unclosed quote,
/// BEGIN and COMMIT (the file is one transaction already), COPY FROM STDIN, commands of psql.
std::expected<std::vector<script_statement>, script_fault> split_script(std::string_view script);

}  // namespace headroom::persistence
