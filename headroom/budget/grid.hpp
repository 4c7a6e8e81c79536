// budget/grid.hpp: a table of text, written for a terminal or as Markdown.
#pragma once
#include <string>
#include <vector>

namespace headroom::budget {

struct grid {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;  ///< each as long as the header
};

/// Columns padded to their widest cell, two spaces between them; UTF-8 counts by code points.
std::string aligned(const grid& of);
/// A Markdown table; a bar within a cell is escaped.
std::string markdown(const grid& of);

}  // namespace headroom::budget
