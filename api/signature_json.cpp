#include "api/signature_json.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>

#include "api/json_reader.hpp"
#include "api/json_text.hpp"

namespace rounds::api {
namespace {

Diagnosis read_diagnosis(ObjectReader& reader, Timestamp now) {
  Diagnosis diagnosis;
  diagnosis.root_cause = reader.text("root_cause");
  diagnosis.evidence = reader.texts("evidence");
  diagnosis.suggested_fix = reader.text("suggested_fix");
  diagnosis.confidence =
      reader.parsed("confidence", [](std::string_view text) { return parse_confidence(text); });
  diagnosis.diagnosed_at = reader.optional_time("diagnosed_at").value_or(now);
  diagnosis.model = reader.text("model");
  diagnosis.cost_usd = reader.number("cost_usd");
  return diagnosis;
}

SignatureIdentity read_identity(ObjectReader& reader) {
  SignatureIdentity identity;
  identity.fingerprint = reader.text("fingerprint");
  identity.error_type = reader.text("error_type");
  identity.service = reader.text("service");
  identity.message_template = reader.text("message_template");
  identity.stack_hash = reader.text("stack_hash");
  return identity;
}

// The fingerprint of the identity, then the aliases.
boost::json::array fingerprints_to_json(const Signature& signature) {
  boost::json::array fingerprints{json_string(signature.identity->fingerprint)};
  for (const std::string& alias : aliases_of(signature)) fingerprints.push_back(json_string(alias));
  return fingerprints;
}

// Earlier releases do not say it.
std::shared_ptr<const FingerprintAliases> read_aliases(ObjectReader& reader,
                                                       const std::string& fingerprint) {
  if (reader.optional_value("fingerprints") == nullptr) return nullptr;
  FingerprintAliases aliases = reader.texts("fingerprints");
  std::erase(aliases, fingerprint);
  if (aliases.empty()) return nullptr;
  return std::make_shared<const FingerprintAliases>(std::move(aliases));
}

}  // namespace

boost::json::object identity_to_json(const SignatureIdentity& identity) {
  return {{"fingerprint", json_string(identity.fingerprint)},
          {"error_type", json_string(identity.error_type)},
          {"service", json_string(identity.service)},
          {"message_template", json_string(identity.message_template)},
          {"stack_hash", json_string(identity.stack_hash)}};
}

Result<SignatureIdentity> identity_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the identity");
  SignatureIdentity identity = read_identity(reader);
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return identity;
}

boost::json::object diagnosis_to_json(const Diagnosis& diagnosis) {
  return {{"root_cause", json_string(diagnosis.root_cause)},
          {"evidence", json_strings(diagnosis.evidence)},
          {"suggested_fix", json_string(diagnosis.suggested_fix)},
          {"confidence", to_string(diagnosis.confidence)},
          {"diagnosed_at", json_time(diagnosis.diagnosed_at)},
          {"model", json_string(diagnosis.model)},
          {"cost_usd", diagnosis.cost_usd}};
}

boost::json::object signature_to_json(const Signature& signature) {
  boost::json::object object{{"id", signature.id.to_string()}};
  for (auto& member : identity_to_json(*signature.identity)) object.insert(std::move(member));
  object["first_seen"] = json_time(signature.first_seen);
  object["last_seen"] = json_time(signature.last_seen);
  object["occurrence_count"] = signature.occurrence_count;
  object["status"] = to_string(signature.status);
  object["diagnosis"] = nullptr;
  if (signature.diagnosis) object["diagnosis"] = diagnosis_to_json(*signature.diagnosis);
  object["tags"] = json_strings(signature.tags);
  object["fingerprints"] = fingerprints_to_json(signature);
  object["version"] = signature.version;
  return object;
}

Result<Signature> signature_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the signature");
  Signature signature;
  signature.id =
      reader.parsed("id", [](std::string_view text) { return SignatureId::parse(text); });
  signature.identity = std::make_shared<const SignatureIdentity>(read_identity(reader));
  signature.aliases = read_aliases(reader, signature.identity->fingerprint);
  signature.first_seen = reader.time("first_seen");
  signature.last_seen = reader.time("last_seen");
  signature.occurrence_count = reader.count("occurrence_count");
  signature.status =
      reader.parsed("status", [](std::string_view text) { return parse_status(text); });
  signature.tags = reader.texts("tags");
  signature.version = reader.count("version");
  if (reader.optional_value("diagnosis") != nullptr) {
    signature.diagnosis =
        std::make_shared<const Diagnosis>(reader.nested("diagnosis", recorded_diagnosis_from_json));
  }
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return signature;
}

Result<Diagnosis> recorded_diagnosis_from_json(const boost::json::value& value) {
  ObjectReader reader(value, "the diagnosis");
  Diagnosis diagnosis = read_diagnosis(reader, Timestamp{});
  if (auto valid = reader.finish(UnknownMembers::ignore); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return diagnosis;
}

Result<Diagnosis> diagnosis_from_json(const boost::json::value& value, Timestamp now) {
  ObjectReader reader(value, "the diagnosis");
  Diagnosis diagnosis = read_diagnosis(reader, now);
  if (auto valid = reader.finish(UnknownMembers::refuse); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return diagnosis;
}

}  // namespace rounds::api
