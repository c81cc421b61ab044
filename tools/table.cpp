#include "tools/table.hpp"

#include <algorithm>
#include <numeric>

#include "core/check.hpp"
#include "tools/printable.hpp"

namespace rounds::tools {
namespace {

constexpr std::string_view gap = "  ";

// Narrower cells say nothing any more.
constexpr std::size_t least_cut_width = 8;

void append_row(std::string& text, const std::vector<std::string>& cells,
                const std::vector<Column>& columns, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += gap;
    const std::string cell = cut_to_width(cells[i], std::max<std::size_t>(widths[i], 1));
    const std::string padding(widths[i] - std::min(widths[i], width_of(cell)), ' ');
    line += columns[i].align == Align::left ? cell + padding : padding + cell;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  text += line;
  text += '\n';
}

}  // namespace

void Table::add_row(const std::vector<std::string>& cells) {
  ROUNDS_CHECK(cells.size() == columns_.size(), "a row has one cell for each column");
  std::vector<std::string>& row = rows_.emplace_back();
  row.reserve(cells.size());
  for (const std::string& cell : cells) row.push_back(printable(cell));
}

std::vector<std::size_t> Table::natural_widths() const {
  std::vector<std::size_t> widths;
  widths.reserve(columns_.size());
  for (const Column& column : columns_) widths.push_back(width_of(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  return widths;
}

void Table::shrink_to(std::size_t terminal_columns, std::vector<std::size_t>& widths) const {
  const std::size_t gaps = gap.size() * (widths.size() - std::min<std::size_t>(widths.size(), 1));
  std::size_t total = std::accumulate(widths.begin(), widths.end(), gaps);
  while (total > terminal_columns) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool can = columns_[i].may_be_cut && widths[i] > least_cut_width;
      if (can && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
    --total;
  }
}

std::string Table::to_text(std::size_t terminal_columns) const {
  std::vector<std::size_t> widths = natural_widths();
  if (terminal_columns > 0) shrink_to(terminal_columns, widths);
  std::string text;
  const bool titled =
      std::ranges::any_of(columns_, [](const Column& column) { return !column.title.empty(); });
  if (titled) {
    std::vector<std::string> titles;
    titles.reserve(columns_.size());
    for (const Column& column : columns_) titles.push_back(column.title);
    append_row(text, titles, columns_, widths);
  }
  for (const auto& row : rows_) append_row(text, row, columns_, widths);
  return text;
}

}  // namespace rounds::tools
