#include "headroom/budget/grid.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::budget {
namespace {

std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char each) { return (static_cast<unsigned char>(each) & 0xC0) != 0x80; }));
}

std::vector<std::size_t> widths(const grid& of) {
    std::vector<std::size_t> widest;
    for (const auto& each : of.header) widest.push_back(width(each));
    for (const auto& row : of.rows) {
        BOOST_ASSERT(row.size() == of.header.size());
        for (std::size_t i = 0; i < row.size(); ++i) widest[i] = std::max(widest[i], width(row[i]));
    }
    return widest;
}

std::string padded_line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widest) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += cells[i];
        if (i + 1 < cells.size()) line.append(widest[i] - width(cells[i]) + 2, ' ');
    }
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string escaped(const std::string& cell) {
    std::string safe;
    for (const char each : cell) {
        if (each == '|') safe += '\\';
        safe += each;
    }
    return safe;
}

std::string markdown_line(const std::vector<std::string>& cells) {
    std::string line = "|";
    for (const auto& each : cells) line += " " + escaped(each) + " |";
    return line + "\n";
}

}  // namespace

std::string aligned(const grid& of) {
    const auto widest = widths(of);
    std::vector<std::string> rule;
    for (const auto each : widest) rule.emplace_back(each, '-');
    auto text = padded_line(of.header, widest) + padded_line(rule, widest);
    for (const auto& each : of.rows) text += padded_line(each, widest);
    return text;
}

std::string markdown(const grid& of) {
    auto text = markdown_line(of.header);
    text += markdown_line(std::vector<std::string>(of.header.size(), "---"));
    for (const auto& each : of.rows) text += markdown_line(each);
    return text;
}

}  // namespace headroom::budget
