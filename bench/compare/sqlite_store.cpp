#include "bench/compare/sqlite_store.hpp"

#include <algorithm>
#include <utility>

namespace rounds::bench {
namespace {

// A cache that holds all signatures, and checkpoints so seldom (each GiB of the WAL: 262,144 pages
// of 4 KiB) that a page that many transactions change is written once for all of them.
constexpr const char* settings = R"sql(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -1048576;
  PRAGMA mmap_size = 2147418112;
  PRAGMA wal_autocheckpoint = 262144;
)sql";

constexpr const char* schema = R"sql(
  CREATE TABLE IF NOT EXISTS signatures (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, error_type TEXT NOT NULL,
    service TEXT NOT NULL, message_template TEXT NOT NULL, stack_hash TEXT NOT NULL,
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, occurrence_count INTEGER NOT NULL,
    status INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS by_status ON signatures (status, last_seen);
  CREATE INDEX IF NOT EXISTS by_service ON signatures (service, last_seen);
  CREATE INDEX IF NOT EXISTS by_error_type ON signatures (service, error_type, last_seen);
  CREATE TABLE IF NOT EXISTS history (
    sequence INTEGER PRIMARY KEY, signature INTEGER NOT NULL, time INTEGER NOT NULL,
    trace_id BLOB NOT NULL, span_id BLOB NOT NULL, severity INTEGER NOT NULL,
    message TEXT NOT NULL);
)sql";

constexpr std::string_view upsert = R"sql(
  INSERT INTO signatures (fingerprint, error_type, service, message_template, stack_hash,
    first_seen, last_seen, occurrence_count, status)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1, 1)
  ON CONFLICT (fingerprint) DO UPDATE SET
    occurrence_count = occurrence_count + 1,
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen)
  RETURNING id)sql";

constexpr std::string_view add_history =
    "INSERT INTO history (signature, time, trace_id, span_id, severity, message) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

template <std::size_t size>
std::string_view as_text(const std::array<std::uint8_t, size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Steps to the next row and reads all columns of it, as a caller would.
Result<bool> read_row(SqliteStatement& statement) {
  const auto row = statement.step();
  if (!row || !*row) return row;
  const int columns = statement.column_count();
  for (int column = 0; column < columns; ++column) static_cast<void>(statement.text(column));
  return true;
}

Result<std::uint64_t> read_rows(SqliteStatement& statement) {
  for (std::uint64_t count = 0;; ++count) {
    const auto row = read_row(statement);
    if (!row) return std::unexpected(row.error());
    if (!*row) return count;
  }
}

}  // namespace

Result<SqliteStore> SqliteStore::open(const std::filesystem::path& directory) {
  auto database = SqliteDatabase::open(directory / "signatures.sqlite");
  if (!database) return std::unexpected(std::move(database.error()));
  for (const char* statements : {settings, schema}) {
    if (auto done = database->execute(statements); !done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  auto prepared = prepare(*database);
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  return SqliteStore(*std::move(database), *std::move(prepared));
}

SqliteStore::SqliteStore(SqliteDatabase database, Statements statements)
    : database_(std::move(database)), statements_(std::move(statements)) {}

Result<SqliteStore::Statements> SqliteStore::prepare(SqliteDatabase& database) {
  constexpr std::array<std::string_view, 8> texts{
      "BEGIN IMMEDIATE",
      "COMMIT",
      upsert,
      add_history,
      "SELECT * FROM signatures WHERE fingerprint = ?1",
      "SELECT * FROM signatures WHERE status = ?1 ORDER BY last_seen DESC LIMIT ?2",
      "SELECT * FROM signatures WHERE service = ?1 ORDER BY last_seen DESC LIMIT ?2",
      "SELECT * FROM signatures WHERE service = ?1 AND error_type = ?2 "
      "ORDER BY last_seen DESC LIMIT ?3"};
  std::vector<SqliteStatement> made;
  for (const std::string_view text : texts) {
    auto statement = database.prepare(text);
    if (!statement) return std::unexpected(std::move(statement.error()));
    made.push_back(*std::move(statement));
  }
  return Statements{std::move(made[0]), std::move(made[1]), std::move(made[2]), std::move(made[3]),
                    std::move(made[4]), std::move(made[5]), std::move(made[6]), std::move(made[7])};
}

Result<void> SqliteStore::record(const OccurrenceStream& stream, std::uint64_t first,
                                 std::uint64_t last, std::uint64_t per_transaction,
                                 Acknowledgements& acknowledgements) {
  for (std::uint64_t begin = first; begin < last; begin += per_transaction) {
    const std::uint64_t end = std::min(begin + per_transaction, last);
    const auto since = acknowledgements.submitted();
    if (auto begun = statements_.begin.run(); !begun) return std::unexpected(begun.error());
    for (std::uint64_t i = begin; i < end; ++i) {
      if (auto recorded = record_one(stream, i); !recorded) return recorded;
    }
    if (auto committed = statements_.commit.run(); !committed) {
      return std::unexpected(committed.error());
    }
    acknowledgements.acknowledged(since);
  }
  return {};
}

Result<void> SqliteStore::record_one(const OccurrenceStream& stream, std::uint64_t position) {
  const SignatureIdentity& identity = *stream.identity(stream.number_at(position));
  const Exemplar exemplar = stream.exemplar(position);
  const std::int64_t time = microseconds_since_epoch(exemplar.time);
  SqliteStatement& signature = statements_.upsert;
  signature.bind_text(1, identity.fingerprint);
  signature.bind_text(2, identity.error_type);
  signature.bind_text(3, identity.service);
  signature.bind_text(4, identity.message_template);
  signature.bind_text(5, identity.stack_hash);
  signature.bind(6, time);
  const auto id = signature.run();
  if (!id) return std::unexpected(id.error());
  SqliteStatement& history = statements_.add_history;
  history.bind(1, *id);
  history.bind(2, time);
  history.bind_blob(3, as_text(exemplar.trace_id.bytes));
  history.bind_blob(4, as_text(exemplar.span_id.bytes));
  history.bind(5, exemplar.severity);
  history.bind_text(6, exemplar.message);
  if (auto added = history.run(); !added) return std::unexpected(added.error());
  return {};
}

Result<Totals> SqliteStore::totals() {
  auto statement = database_.prepare("SELECT sum(occurrence_count), count(*) FROM signatures");
  if (!statement) return std::unexpected(std::move(statement.error()));
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  return Totals{static_cast<std::uint64_t>(statement->integer(0)),
                static_cast<std::uint64_t>(statement->integer(1))};
}

Result<void> SqliteStore::get_by_fingerprint(std::string_view fingerprint) {
  statements_.by_fingerprint.bind_text(1, fingerprint);
  const auto count = read_rows(statements_.by_fingerprint);
  if (!count) return std::unexpected(count.error());
  if (*count == 0) return fail(ErrorCode::corruption, "a signature is gone from sqlite");
  return {};
}

Result<std::uint64_t> SqliteStore::investigate_every(std::int64_t step) {
  auto update =
      database_.prepare("UPDATE signatures SET status = 2 WHERE id % ?1 = 0 RETURNING id");
  if (!update) return std::unexpected(std::move(update.error()));
  update->bind(1, step);
  return read_rows(*update);
}

Result<std::uint64_t> SqliteStore::list_by_status(std::int64_t status, std::int64_t limit) {
  statements_.by_status.bind(1, status);
  statements_.by_status.bind(2, limit);
  return read_rows(statements_.by_status);
}

Result<std::uint64_t> SqliteStore::list_by_service(std::string_view service, std::int64_t limit) {
  statements_.by_service.bind_text(1, service);
  statements_.by_service.bind(2, limit);
  return read_rows(statements_.by_service);
}

Result<std::uint64_t> SqliteStore::list_similar(std::string_view service,
                                                std::string_view error_type, std::int64_t limit) {
  statements_.similar.bind_text(1, service);
  statements_.similar.bind_text(2, error_type);
  statements_.similar.bind(3, limit);
  return read_rows(statements_.similar);
}

}  // namespace rounds::bench
