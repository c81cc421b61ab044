// Conversions between domain values and the FlatBuffers tables that events and projection rows
// share.
//
// Internal to eventlog/ and projections/: the only place that knows schema/common.fbs. Reading
// trusts nothing: the caller has verified the buffer's structure, these functions check the values
// in it. Stateless functions: usable from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <flatbuffers/flatbuffers.h>
#include <schema/common_generated.h>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/signature.hpp"

namespace rounds::codec {

using Builder = flatbuffers::FlatBufferBuilder;
template <typename T>
using Offset = flatbuffers::Offset<T>;

// Writing. Strings that are empty are left out of the buffer.
[[nodiscard]] Offset<flatbuffers::String> write_text(Builder& builder, std::string_view text);
[[nodiscard]] Offset<flatbuffers::Vector<Offset<flatbuffers::String>>> write_texts(
    Builder& builder, const std::vector<std::string>& texts);
[[nodiscard]] schema::Uuid write_id(const SignatureId& id);
[[nodiscard]] schema::Status write_status(Status status);
[[nodiscard]] Offset<schema::Diagnosis> write_diagnosis(Builder& builder,
                                                        const Diagnosis& diagnosis);
[[nodiscard]] Offset<schema::Identity> write_identity(Builder& builder,
                                                      const SignatureIdentity& identity);
[[nodiscard]] Offset<schema::SignatureState> write_state(Builder& builder,
                                                         const Signature& signature);

// Reading. Absent strings read as empty. Errors: corruption names the field.
[[nodiscard]] std::string read_text(const flatbuffers::String* text);
[[nodiscard]] std::vector<std::string> read_texts(
    const flatbuffers::Vector<Offset<flatbuffers::String>>* texts);
[[nodiscard]] Result<SignatureId> read_id(const schema::Uuid* id);
[[nodiscard]] Result<Timestamp> read_time(std::string_view field, std::int64_t microseconds);
[[nodiscard]] Result<Status> read_status(schema::Status status);
[[nodiscard]] Result<std::shared_ptr<const Diagnosis>> read_diagnosis(
    const schema::Diagnosis* diagnosis);  // null reads as null
[[nodiscard]] Result<std::shared_ptr<const SignatureIdentity>> read_identity(
    const schema::Identity* identity);  // null is corruption

// The aliases of a signature with `fingerprint`; null reads as none.
[[nodiscard]] Result<FingerprintAliases> read_aliases(
    const flatbuffers::Vector<Offset<flatbuffers::String>>* aliases, std::string_view fingerprint);

// The signature without id, version and last_sequence, which the carrier of the state holds.
[[nodiscard]] Result<Signature> read_state(const schema::SignatureState* state);

}  // namespace rounds::codec
