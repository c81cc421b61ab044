#include "eventlog/state_codec.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check.hpp"

namespace rounds::codec {
namespace {

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::corruption, std::string(what));
}

}  // namespace

Offset<flatbuffers::String> write_text(Builder& builder, std::string_view text) {
  if (text.empty()) return 0;
  return builder.CreateString(text.data(), text.size());
}

Offset<flatbuffers::Vector<Offset<flatbuffers::String>>> write_texts(
    Builder& builder, const std::vector<std::string>& texts) {
  if (texts.empty()) return 0;
  return builder.CreateVectorOfStrings(texts);
}

schema::Uuid write_id(const SignatureId& id) {
  return schema::Uuid(flatbuffers::span<const std::uint8_t, 16>(id.bytes));
}

schema::Status write_status(Status status) {
  // Both enums carry the persisted numbers.
  return static_cast<schema::Status>(status);
}

Offset<schema::Diagnosis> write_diagnosis(Builder& builder, const Diagnosis& diagnosis) {
  const auto root_cause = write_text(builder, diagnosis.root_cause);
  const auto evidence = write_texts(builder, diagnosis.evidence);
  const auto suggested_fix = write_text(builder, diagnosis.suggested_fix);
  const auto model = write_text(builder, diagnosis.model);
  return schema::CreateDiagnosis(builder, root_cause, evidence, suggested_fix,
                                 static_cast<schema::Confidence>(diagnosis.confidence),
                                 microseconds_since_epoch(diagnosis.diagnosed_at), model,
                                 diagnosis.cost_usd);
}

Offset<schema::Identity> write_identity(Builder& builder, const SignatureIdentity& identity) {
  const auto fingerprint = write_text(builder, identity.fingerprint);
  const auto error_type = write_text(builder, identity.error_type);
  const auto service = write_text(builder, identity.service);
  const auto message_template = write_text(builder, identity.message_template);
  const auto stack_hash = write_text(builder, identity.stack_hash);
  return schema::CreateIdentity(builder, fingerprint, error_type, service, message_template,
                                stack_hash);
}

Offset<schema::SignatureState> write_state(Builder& builder, const Signature& signature) {
  const auto identity = write_identity(builder, *signature.identity);
  const auto diagnosis = signature.diagnosis ? write_diagnosis(builder, *signature.diagnosis)
                                             : Offset<schema::Diagnosis>{};
  const auto tags = write_texts(builder, signature.tags);
  const auto aliases = signature.aliases
                           ? write_texts(builder, *signature.aliases)
                           : Offset<flatbuffers::Vector<Offset<flatbuffers::String>>>{};
  return schema::CreateSignatureState(
      builder, identity, microseconds_since_epoch(signature.first_seen),
      microseconds_since_epoch(signature.last_seen), signature.occurrence_count,
      write_status(signature.status), diagnosis, tags, signature.resolved_at.has_value(),
      signature.resolved_at ? microseconds_since_epoch(*signature.resolved_at) : 0, aliases);
}

std::string read_text(const flatbuffers::String* text) {
  return text == nullptr ? std::string{} : std::string(text->c_str(), text->size());
}

std::vector<std::string> read_texts(const flatbuffers::Vector<Offset<flatbuffers::String>>* texts) {
  std::vector<std::string> values;
  if (texts == nullptr) return values;
  values.reserve(texts->size());
  for (const flatbuffers::String* text : *texts) values.push_back(read_text(text));
  return values;
}

Result<SignatureId> read_id(const schema::Uuid* id) {
  if (id == nullptr) return damaged("the signature id is absent");
  SignatureId value;
  std::copy_n(id->bytes()->Data(), value.bytes.size(), value.bytes.begin());
  return value;
}

Result<Timestamp> read_time(std::string_view field, std::int64_t microseconds) {
  const Timestamp time = timestamp_from_microseconds(microseconds);
  if (!is_valid(time)) return damaged(fmt::format("{} is {} us, not a time", field, microseconds));
  return time;
}

Result<Status> read_status(schema::Status status) {
  const auto value = static_cast<Status>(status);
  if (std::ranges::find(all_statuses, value) == all_statuses.end()) {
    return damaged(fmt::format("status is {}, which no release wrote", static_cast<int>(status)));
  }
  return value;
}

Result<std::shared_ptr<const Diagnosis>> read_diagnosis(const schema::Diagnosis* diagnosis) {
  if (diagnosis == nullptr) return std::shared_ptr<const Diagnosis>{};
  const auto confidence = diagnosis->confidence();
  const bool known =
      confidence >= schema::Confidence::low && confidence <= schema::Confidence::high;
  if (!known) {
    return damaged(
        fmt::format("confidence is {}, which no release wrote", static_cast<int>(confidence)));
  }
  const auto diagnosed_at = read_time("diagnosed_at", diagnosis->diagnosed_at_us());
  if (!diagnosed_at) return std::unexpected(diagnosed_at.error());
  if (!std::isfinite(diagnosis->cost_usd()) || diagnosis->cost_usd() < 0) {
    return damaged(fmt::format("cost_usd is {}", diagnosis->cost_usd()));
  }
  return std::make_shared<const Diagnosis>(
      Diagnosis{read_text(diagnosis->root_cause()), read_texts(diagnosis->evidence()),
                read_text(diagnosis->suggested_fix()), static_cast<Confidence>(confidence),
                *diagnosed_at, read_text(diagnosis->model()), diagnosis->cost_usd()});
}

Result<std::shared_ptr<const SignatureIdentity>> read_identity(const schema::Identity* identity) {
  if (identity == nullptr) return damaged("the identity is absent");
  auto value = std::make_shared<const SignatureIdentity>(
      SignatureIdentity{read_text(identity->fingerprint()), read_text(identity->error_type()),
                        read_text(identity->service()), read_text(identity->message_template()),
                        read_text(identity->stack_hash())});
  if (auto valid = validate(*value); !valid) return damaged(valid.error().message);
  return value;
}

Result<FingerprintAliases> read_aliases(
    const flatbuffers::Vector<Offset<flatbuffers::String>>* aliases, std::string_view fingerprint) {
  auto texts = read_texts(aliases);
  if (auto valid = validate_aliases(texts, fingerprint); !valid) {
    return damaged(valid.error().message);
  }
  return texts;
}

Result<Signature> read_state(const schema::SignatureState* state) {
  if (state == nullptr) return damaged("the state is absent");
  Signature signature;
  auto identity = read_identity(state->identity());
  if (!identity) return std::unexpected(std::move(identity.error()));
  auto diagnosis = read_diagnosis(state->diagnosis());
  if (!diagnosis) return std::unexpected(std::move(diagnosis.error()));
  const auto status = read_status(state->status());
  if (!status) return std::unexpected(status.error());
  const auto resolved_at = read_time("resolved_at", state->resolved_at_us());
  if (!resolved_at) return std::unexpected(resolved_at.error());
  signature.identity = *std::move(identity);
  signature.first_seen = timestamp_from_microseconds(state->first_seen_us());
  signature.last_seen = timestamp_from_microseconds(state->last_seen_us());
  signature.occurrence_count = state->occurrence_count();
  signature.status = *status;
  signature.diagnosis = *std::move(diagnosis);
  signature.tags = read_texts(state->tags());
  if (auto aliases = read_texts(state->aliases()); !aliases.empty()) {
    signature.aliases = std::make_shared<const FingerprintAliases>(std::move(aliases));
  }
  if (state->resolved()) signature.resolved_at = *resolved_at;
  // Also covers the times and the count.
  if (auto valid = validate(signature); !valid) return damaged(valid.error().message);
  return signature;
}

}  // namespace rounds::codec
