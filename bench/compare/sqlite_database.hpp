// SQLite's C interface with owners and errors. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include <sqlite3.h>

#include "core/error.hpp"

namespace rounds::bench {

// A prepared statement. Parameters and columns count as in SQLite: parameters from 1, columns
// from 0.
class SqliteStatement {
 public:
  void bind(int parameter, std::int64_t value);
  // The bytes must stay until the statement has run.
  void bind_text(int parameter, std::string_view text);
  void bind_blob(int parameter, std::string_view bytes);

  // Runs up to the next row; false at the end, when the statement is ready to run again. Errors:
  // io_error with SQLite's message.
  [[nodiscard]] Result<bool> step();

  // Runs to the end and returns the first column of the first row (0 if there is none).
  [[nodiscard]] Result<std::int64_t> run();

  [[nodiscard]] int column_count() const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // valid until the next step()

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqliteDatabase {
 public:
  // Opens or creates `file`. Errors: io_error.
  [[nodiscard]] static Result<SqliteDatabase> open(const std::filesystem::path& file);

  // Runs statements without parameters. Errors: io_error.
  [[nodiscard]] Result<void> execute(const char* statements);

  // The statement must be gone before the database. Errors: io_error.
  [[nodiscard]] Result<SqliteStatement> prepare(std::string_view statement);

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  explicit SqliteDatabase(sqlite3* database) : database_(database) {}
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace rounds::bench
