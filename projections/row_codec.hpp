// The values of the projections' column families: rows (schema/row.fbs) sealed with a checksum, and
// the chunks of the history index.
//
// Reading trusts nothing. Pure functions: usable from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/signature.hpp"
#include "projections/stats_totals.hpp"

namespace rounds {

// Writes rows of the signatures projection, into the same memory again and again. One thread.
class RowEncoder {
 public:
  RowEncoder();
  ~RowEncoder();
  RowEncoder(const RowEncoder&) = delete;
  RowEncoder& operator=(const RowEncoder&) = delete;

  // The id is the key of the row, not part of the value. The bytes stay valid until the next call.
  [[nodiscard]] std::string_view encode(const Signature& signature);

 private:
  struct Builder;
  std::unique_ptr<Builder> builder_;  // never null
  std::string row_;
};

// Errors: corruption names the signature.
[[nodiscard]] Result<Signature> decode_signature_row(const SignatureId& id, std::string_view bytes);

// The totals without the services, which have rows of their own.
[[nodiscard]] std::string encode_stats_row(const StatsTotals& totals);
[[nodiscard]] Result<StatsTotals> decode_stats_row(std::string_view bytes);
[[nodiscard]] std::string encode_service_stats_row(std::uint64_t signature_count);
[[nodiscard]] Result<std::uint64_t> decode_service_stats_row(std::string_view bytes);

// A run of sequences, ascending, of consecutive versions of one signature. Never empty.
[[nodiscard]] std::string encode_history_chunk(std::span<const Sequence> sequences);
[[nodiscard]] Result<std::vector<Sequence>> decode_history_chunk(std::string_view bytes);

// Longer runs are split: a page of a history decodes one or two chunks, whatever the history's
// length.
inline constexpr std::size_t max_history_chunk = 1024;

}  // namespace rounds
