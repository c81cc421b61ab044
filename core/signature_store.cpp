#include "core/signature_store.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <future>
#include <utility>

#include <fmt/format.h>

#include "core/check.hpp"
#include "core/prefetch.hpp"

namespace rounds {
namespace {

Result<void> validate_occurrences(const RecordOccurrences& record) {
  const auto& occurrences = record.occurrences;
  if (occurrences.size() > limits::max_occurrences_per_submission) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} occurrences in one submission; the limit is {}", occurrences.size(),
                            limits::max_occurrences_per_submission));
  }
  ROUNDS_CHECK(record.keys.empty() || record.keys.size() == occurrences.size(),
               "there are keys for each occurrence or for none");
  // Many occurrences share an identity, which need not be checked again and again: each slot holds
  // one that was.
  std::array<const SignatureIdentity*, 1024> checked{};
  for (std::size_t i = 0; i < occurrences.size(); ++i) {
    const IdentifiedOccurrence& occurrence = occurrences[i];
    if (i + prefetch_distance < occurrences.size()) {
      prefetch(occurrences[i + prefetch_distance].identity.get());
    }
    if (!is_valid(occurrence.exemplar.time)) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("occurrence {}: its time lies outside the years 0001 to 9999", i));
    }
    if (occurrence.exemplar.message.size() > limits::max_exemplar_message_bytes) {
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("occurrence {}: the message of its exemplar has {} bytes; the limit is {}", i,
                      occurrence.exemplar.message.size(), limits::max_exemplar_message_bytes));
    }
    ROUNDS_CHECK(occurrence.identity != nullptr, "an occurrence has an identity");
    const SignatureIdentity* identity = occurrence.identity.get();
    if (occurrence.aliases) {
      auto valid = validate_aliases(*occurrence.aliases, identity->fingerprint);
      if (!valid)
        return std::unexpected(valid.error().with_context(fmt::format("occurrence {}", i)));
    }
    const SignatureIdentity*& slot =
        checked[std::hash<const void*>{}(identity) / alignof(std::max_align_t) % checked.size()];
    if (slot == identity) continue;
    if (auto valid = validate(*identity); !valid) {
      return std::unexpected(valid.error().with_context(fmt::format("occurrence {}", i)));
    }
    slot = identity;
  }
  return {};
}

Result<Signature> signature_of(Result<Commit> commit) {
  if (!commit) return std::unexpected(std::move(commit.error()));
  return std::move(commit->signature).value();
}

}  // namespace

double StoreStats::mean_occurrence_count() const {
  if (signature_count == 0) return 0.0;
  return static_cast<double>(occurrence_count) / static_cast<double>(signature_count);
}

Result<Commit> SignatureStore::submit_and_wait(Submission submission) {
  std::promise<Result<Commit>> promise;
  auto future = promise.get_future();
  submit(std::move(submission),
         [&promise](Result<Commit> outcome) { promise.set_value(std::move(outcome)); });
  return future.get();
}

Result<std::vector<Signature>> SignatureStore::get_pending_investigation(std::size_t limit) {
  SignatureQuery query;
  query.status = Status::new_;
  query.limit = limit;
  auto page = list(query);
  if (!page) return std::unexpected(std::move(page.error()));
  return std::move(page->signatures);
}

Result<std::vector<Signature>> SignatureStore::get_similar(const SignatureId& id,
                                                           std::size_t limit) {
  if (auto valid = validate_limit(limit); !valid) return std::unexpected(valid.error());
  auto signature = get_by_id(id);
  if (!signature) return std::unexpected(std::move(signature.error()));
  if (!*signature) return std::unexpected(signature_not_found(id));
  SignatureQuery query;
  query.service = (*signature)->identity->service;
  query.error_type = (*signature)->identity->error_type;
  query.except = id;
  query.limit = limit;
  auto page = list(query);
  if (!page) return std::unexpected(std::move(page.error()));
  return std::move(page->signatures);
}

Result<std::optional<Signature>> SignatureStore::get_by_fingerprint_as_of(
    std::string_view fingerprint, const Moment& moment) {
  const auto present = get_by_fingerprint(fingerprint);
  if (!present || !*present) return present;
  return as_of((*present)->id, moment);
}

Result<Commit> SignatureStore::record(std::vector<IdentifiedOccurrence> occurrences,
                                      CommandContext context) {
  return submit_and_wait(RecordOccurrences{std::move(occurrences), std::move(context)});
}

Result<Signature> SignatureStore::execute(const SignatureId& id, Command command,
                                          CommandContext context) {
  return signature_of(submit_and_wait(ExecuteCommand{id, std::move(command), std::move(context)}));
}

Result<Signature> SignatureStore::save(Signature signature, CommandContext context) {
  return signature_of(submit_and_wait(
      SaveSignature{std::move(signature), SaveMode::create_or_update, std::move(context)}));
}

Result<Signature> SignatureStore::update(Signature signature, CommandContext context) {
  return signature_of(submit_and_wait(
      SaveSignature{std::move(signature), SaveMode::update_only, std::move(context)}));
}

Result<Signature> SignatureStore::import(Signature signature, CommandContext context) {
  return signature_of(submit_and_wait(
      SaveSignature{std::move(signature), SaveMode::create_only, std::move(context)}));
}

Result<void> validate(const Submission& submission) {
  const auto valid =
      std::visit([](const auto& value) { return validate(value.context); }, submission);
  if (!valid) return valid;
  if (const auto* record = std::get_if<RecordOccurrences>(&submission)) {
    return validate_occurrences(*record);
  }
  if (const auto* save = std::get_if<SaveSignature>(&submission)) return validate(save->signature);
  if (const auto* execute = std::get_if<ExecuteCommand>(&submission)) {
    return validate(execute->command);
  }
  return {};
}

Result<void> validate_limit(std::size_t limit) {
  if (limit == 0 || limit > limits::max_page_size) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("limit is {}; use 1 to {}", limit, limits::max_page_size));
  }
  return {};
}

Error store_closed() {
  return Error{ErrorCode::unavailable, "the store is closed; open it again"};
}

Error signature_not_found(const SignatureId& id) {
  return Error{ErrorCode::not_found, fmt::format("there is no signature {}", id.to_string())};
}

Error signature_not_found(const SignatureId& id, const Moment& moment) {
  return Error{ErrorCode::not_found,
               fmt::format("there was no signature {} as of {}", id.to_string(), describe(moment))};
}

Error signature_exists(const SignatureId& id) {
  return Error{ErrorCode::conflict,
               fmt::format("signature {} exists already; save or update it instead of importing it",
                           id.to_string())};
}

Error version_conflict(const Signature& present, Version expected) {
  return Error{ErrorCode::conflict,
               fmt::format("signature {} is at version {}, not at the expected {}; read it again",
                           present.id.to_string(), present.version, expected)};
}

Error fingerprint_conflict(std::string_view fingerprint, const SignatureId& owner) {
  return Error{ErrorCode::conflict, fmt::format("fingerprint {} belongs to signature {} already",
                                                fingerprint, owner.to_string())};
}

}  // namespace rounds
