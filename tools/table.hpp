// Tables for people: aligned columns that fit the terminal.
//
// Belongs to one thread. Holds all rows, because the widest cell decides the width of its column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rounds::tools {

enum class Align : std::uint8_t { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  bool may_be_cut = false;  // when the table is wider than the terminal; ids must stay whole
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Adds a row with one cell for each column. Cells may hold any bytes: see printable().
  void add_row(const std::vector<std::string>& cells);

  // The titles (unless all are empty) and the rows, each ending in a newline, without trailing
  // spaces. With `terminal_columns` other than 0, cells of columns that may be cut are, the widest
  // first, until the table fits or they are too narrow to be of use.
  [[nodiscard]] std::string to_text(std::size_t terminal_columns) const;

 private:
  [[nodiscard]] std::vector<std::size_t> natural_widths() const;
  void shrink_to(std::size_t terminal_columns, std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  // printable
};

}  // namespace rounds::tools
