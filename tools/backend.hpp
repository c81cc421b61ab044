// What the commands of `rounds` work on: a store in this process, or one behind a daemon. Both give
// the same values, so that commands and their output do not know which it is.
//
// Every function may wait for a disk or a network. Belongs to one thread. Errors are those of the
// store (core/signature_store.hpp); behind a daemon also unavailable, when it does not answer, or
// answers what a rounds-ingestd would not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/command.hpp"
#include "core/occurrence.hpp"
#include "core/signature_store.hpp"
#include "ingest/otlp.hpp"

namespace rounds::tools {

// An OTLP/HTTP request body, not compressed.
struct OtlpBody {
  OtlpSignal signal = OtlpSignal::logs;
  OtlpEncoding encoding = OtlpEncoding::json;
  std::string bytes;
};

// What became of the errors in a body.
struct OtlpOutcome {
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::string rejection_message;  // why the first was rejected; empty if none was
};

class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // Of the signatures returned here and below, resolved_at and last_sequence may be unset.
  [[nodiscard]] virtual Result<std::optional<Signature>> get_by_id(const SignatureId& id) = 0;
  [[nodiscard]] virtual Result<std::optional<Signature>> get_by_fingerprint(
      const std::string& fingerprint) = 0;

  [[nodiscard]] virtual Result<SignaturePage> list(const SignatureQuery& query) = 0;
  [[nodiscard]] virtual Result<HistoryPage> history(const SignatureId& id,
                                                    const HistoryQuery& query) = 0;
  [[nodiscard]] virtual Result<std::vector<Signature>> get_similar(const SignatureId& id,
                                                                   std::size_t limit) = 0;
  [[nodiscard]] virtual Result<StoreStats> get_stats() = 0;

  [[nodiscard]] virtual Result<std::optional<Signature>> as_of(const SignatureId& id,
                                                               const Moment& moment) = 0;
  [[nodiscard]] virtual Result<std::optional<Signature>> get_by_fingerprint_as_of(
      const std::string& fingerprint, const Moment& moment) = 0;
  [[nodiscard]] virtual Result<StoreStats> get_stats_as_of(const Moment& moment) = 0;

  // Returns the signature afterwards. Never a Restore, which has no route.
  [[nodiscard]] virtual Result<Signature> execute(const SignatureId& id, const Command& command,
                                                  const CommandContext& context) = 0;

  // Counts occurrences, at most limits::max_occurrences_per_submission. Errors: also
  // invalid_argument behind a daemon, which takes OTLP only.
  [[nodiscard]] virtual Result<void> record(std::vector<Occurrence> occurrences) = 0;

  // Counts the errors in `body`: all that are accepted, or none.
  [[nodiscard]] virtual Result<OtlpOutcome> record_otlp(const OtlpBody& body) = 0;

  // Finishes what was done. Call it last: only it can report errors of the end.
  [[nodiscard]] virtual Result<void> close() = 0;
};

// The signature whose id or fingerprint `key` is. Errors: not_found.
[[nodiscard]] Result<Signature> find_signature(Backend& backend, const std::string& key);

// The same as it was at `moment`. Errors: not_found, also if it was not there yet.
[[nodiscard]] Result<Signature> find_signature_as_of(Backend& backend, const std::string& key,
                                                     const Moment& moment);

// Decodes a body as rounds-ingestd does. Errors: invalid_argument, too_large.
[[nodiscard]] Result<OtlpBatch> decode(const OtlpBody& body, Timestamp received_at);

}  // namespace rounds::tools
