// The peer that rounds replaces: signatures and their history in SQLite, set up as well as it goes.
//
// Durable like rounds (WAL with synchronous=FULL), with the same indexes as its projections and a
// row of history for each occurrence. In its favour: the key is an integer rather than a UUID, the
// history has no index by signature, and there are no versions, no checksums and no lifecycle. One
// thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "bench/compare/sqlite_database.hpp"
#include "bench/support/acknowledgements.hpp"
#include "bench/support/occurrence_stream.hpp"
#include "core/error.hpp"

namespace rounds::bench {

// Occurrences in one transaction of a bulk write.
inline constexpr std::uint64_t sqlite_transaction_occurrences = 4096;

class SqliteStore {
 public:
  [[nodiscard]] static Result<SqliteStore> open(const std::filesystem::path& directory);

  // Records occurrences [first, last) of `stream`, `per_transaction` at a time, each acknowledged
  // when it is committed.
  [[nodiscard]] Result<void> record(const OccurrenceStream& stream, std::uint64_t first,
                                    std::uint64_t last, std::uint64_t per_transaction,
                                    Acknowledgements& acknowledgements);

  [[nodiscard]] Result<Totals> totals();

  // Reads all columns of one signature. Errors: corruption if it is absent.
  [[nodiscard]] Result<void> get_by_fingerprint(std::string_view fingerprint);

  // Gives status 2 to signatures whose row ids are multiples of `step`, and returns how many.
  [[nodiscard]] Result<std::uint64_t> investigate_every(std::int64_t step);

  // Reads all columns of the first `limit` signatures, latest first, and returns their number:
  // those with a status, of a service, or of a service and error type.
  [[nodiscard]] Result<std::uint64_t> list_by_status(std::int64_t status, std::int64_t limit);
  [[nodiscard]] Result<std::uint64_t> list_by_service(std::string_view service, std::int64_t limit);
  [[nodiscard]] Result<std::uint64_t> list_similar(std::string_view service,
                                                   std::string_view error_type, std::int64_t limit);

 private:
  struct Statements {
    SqliteStatement begin;
    SqliteStatement commit;
    SqliteStatement upsert;
    SqliteStatement add_history;
    SqliteStatement by_fingerprint;
    SqliteStatement by_status;
    SqliteStatement by_service;
    SqliteStatement similar;
  };
  SqliteStore(SqliteDatabase database, Statements statements);
  [[nodiscard]] static Result<Statements> prepare(SqliteDatabase& database);
  [[nodiscard]] Result<void> record_one(const OccurrenceStream& stream, std::uint64_t position);

  SqliteDatabase database_;
  Statements statements_;  // gone before the database
};

}  // namespace rounds::bench
