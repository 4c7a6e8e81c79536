// runtime/dotenv.hpp: the dialect of .env files, parsed without touching a file.
//
//     # a comment
//     export NAME=value            # spaces around '=' and 'export' are optional
//     QUOTED="two\nlines \"and\" more"   PLAIN='taken as it is'
//
// A value without quotes ends at the line's end or before " #". Quoted values may span lines; the
// escapes \n \r \t \" \' \\ count in double quotes only, and any other backslash stands for
// itself. Nothing is ever expanded: `$HOME` is five characters. A byte order mark is skipped.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headroom {

inline constexpr std::size_t dotenv_bytes_max = 1 << 20;
inline constexpr std::size_t dotenv_assignments_max = 10'000;
inline constexpr std::size_t dotenv_faults_max = 100;  ///< further ones are not worth reading
inline constexpr std::size_t variable_name_max = 128;
inline constexpr std::size_t variable_value_max = 64 << 10;

/// `NAME=value`, and the line it begins in (from 1).
struct assignment {
    std::string name, value;
    unsigned line = 0;
};

/// What a line does wrong. Never quotes the value: it may be a secret.
struct dotenv_fault {
    unsigned line = 0;
    std::string problem;
};

struct dotenv {
    std::vector<assignment> assignments;  ///< in the file's order, names unique
    std::vector<dotenv_fault> faults;     ///< all of them; a faulty line assigns nothing
};

/// Pure and total: any bytes in, never throws but for lack of memory. Linear in the text.
dotenv parse_dotenv(std::string_view text);

/// Letters, digits and underscores, not beginning with a digit, at most variable_name_max.
bool is_variable_name(std::string_view text) noexcept;

}  // namespace headroom
