#include "bench/compare/sqlite_database.hpp"

#include <string>

#include <fmt/format.h>

#include "core/check.hpp"

namespace rounds::bench {
namespace {

std::unexpected<Error> failed(std::string_view doing, sqlite3* database) {
  return fail(ErrorCode::io_error, fmt::format("sqlite: {}: {}", doing, sqlite3_errmsg(database)));
}

}  // namespace

void SqliteStatement::bind(int parameter, std::int64_t value) {
  ROUNDS_CHECK(sqlite3_bind_int64(statement_.get(), parameter, value) == SQLITE_OK,
               "the statement has this parameter");
}

void SqliteStatement::bind_text(int parameter, std::string_view text) {
  ROUNDS_CHECK(sqlite3_bind_text(statement_.get(), parameter, text.data(),
                                 static_cast<int>(text.size()), SQLITE_STATIC) == SQLITE_OK,
               "the statement has this parameter");
}

void SqliteStatement::bind_blob(int parameter, std::string_view bytes) {
  ROUNDS_CHECK(sqlite3_bind_blob(statement_.get(), parameter, bytes.data(),
                                 static_cast<int>(bytes.size()), SQLITE_STATIC) == SQLITE_OK,
               "the statement has this parameter");
}

Result<bool> SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(statement_.get());
  if (code == SQLITE_DONE) return false;
  return failed(sqlite3_sql(statement_.get()), sqlite3_db_handle(statement_.get()));
}

Result<std::int64_t> SqliteStatement::run() {
  std::int64_t first = 0;
  for (bool is_first = true;; is_first = false) {
    const auto row = step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return first;
    if (is_first) first = integer(0);
  }
}

int SqliteStatement::column_count() const {
  return sqlite3_column_count(statement_.get());
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {bytes, size};
}

Result<SqliteDatabase> SqliteDatabase::open(const std::filesystem::path& file) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open(file.c_str(), &database);
  SqliteDatabase opened(database);  // also when it failed: SQLite wants it closed
  if (code != SQLITE_OK) return failed(fmt::format("opening {}", file.string()), database);
  return opened;
}

Result<void> SqliteDatabase::execute(const char* statements) {
  const int code = sqlite3_exec(database_.get(), statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failed(statements, database_.get());
  return {};
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view statement) {
  sqlite3_stmt* prepared = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.get(), statement.data(), static_cast<int>(statement.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return failed(statement, database_.get());
  return SqliteStatement(prepared);
}

}  // namespace rounds::bench
