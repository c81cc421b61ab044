#include "projections/row_codec.hpp"

#include <cstring>

#include <flatbuffers/flatbuffers.h>
#include <fmt/format.h>
#include <schema/row_generated.h>
#include <xxhash.h>

#include "core/check.hpp"
#include "eventlog/state_codec.hpp"

namespace rounds {
namespace {

constexpr std::size_t checksum_bytes = 8;

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::corruption,
              fmt::format("{} is damaged; rebuild it with rounds-replay", what));
}

std::string seal(std::string_view content) {
  const std::uint64_t checksum = XXH3_64bits(content.data(), content.size());
  std::string bytes(reinterpret_cast<const char*>(&checksum), checksum_bytes);
  bytes.append(content);
  return bytes;
}

template <typename Row>
std::string seal_row(codec::Builder& builder, codec::Offset<Row> row) {
  builder.Finish(row);
  return seal({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
}

// The content of a sealed value, copied to where FlatBuffers can read it in place.
class OpenedRow {
 public:
  // False if the checksum does not match.
  [[nodiscard]] bool open(std::string_view bytes) {
    if (bytes.size() <= checksum_bytes) return false;
    std::uint64_t checksum = 0;
    std::memcpy(&checksum, bytes.data(), checksum_bytes);
    const std::string_view content = bytes.substr(checksum_bytes);
    if (XXH3_64bits(content.data(), content.size()) != checksum) return false;
    size_ = content.size();
    aligned_.resize((size_ + 7) / 8);
    std::memcpy(aligned_.data(), content.data(), size_);
    return true;
  }

  // Null if the content is not such a row.
  template <typename Row>
  [[nodiscard]] const Row* get() const {
    const auto* data = reinterpret_cast<const std::uint8_t*>(aligned_.data());
    flatbuffers::Verifier verifier(data, size_);
    return verifier.VerifyBuffer<Row>(nullptr) ? flatbuffers::GetRoot<Row>(data) : nullptr;
  }

 private:
  std::vector<std::uint64_t> aligned_;
  std::size_t size_ = 0;
};

// LEB128, 7 bits a byte, lowest first: https://protobuf.dev/programming-guides/encoding/#varints
void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<char>(value | 0x80U));
  out.push_back(static_cast<char>(value));
}

bool take_varint(std::string_view& in, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

struct RowEncoder::Builder {
  codec::Builder buffer;
};

RowEncoder::RowEncoder() : builder_(std::make_unique<Builder>()) {}
RowEncoder::~RowEncoder() = default;

std::string_view RowEncoder::encode(const Signature& signature) {
  codec::Builder& buffer = builder_->buffer;
  buffer.Clear();
  const auto state = codec::write_state(buffer, signature);
  row_ = seal_row(buffer, schema::CreateSignatureRow(buffer, signature.version,
                                                     signature.last_sequence, state));
  return row_;
}

Result<Signature> decode_signature_row(const SignatureId& id, std::string_view bytes) {
  OpenedRow opened;
  const schema::SignatureRow* row =
      opened.open(bytes) ? opened.get<schema::SignatureRow>() : nullptr;
  if (row == nullptr) return damaged(fmt::format("the row of signature {}", id.to_string()));
  auto signature = codec::read_state(row->state());
  if (!signature) {
    return std::unexpected(
        signature.error().with_context(fmt::format("the row of signature {}", id.to_string())));
  }
  signature->id = id;
  signature->version = row->version();
  signature->last_sequence = row->last_sequence();
  return signature;
}

std::string encode_stats_row(const StatsTotals& totals) {
  codec::Builder builder;
  const auto by_status = builder.CreateVector(totals.by_status.data(), totals.by_status.size());
  const std::int64_t oldest =
      totals.oldest_first_seen ? microseconds_since_epoch(*totals.oldest_first_seen) : 0;
  return seal_row(builder, schema::CreateStatsRow(builder, totals.signature_count,
                                                  totals.occurrence_count, oldest, by_status));
}

Result<StatsTotals> decode_stats_row(std::string_view bytes) {
  OpenedRow opened;
  const schema::StatsRow* row = opened.open(bytes) ? opened.get<schema::StatsRow>() : nullptr;
  StatsTotals totals;
  if (row == nullptr || row->by_status() == nullptr ||
      row->by_status()->size() != totals.by_status.size()) {
    return damaged("the row of totals");
  }
  totals.signature_count = row->signature_count();
  totals.occurrence_count = row->occurrence_count();
  for (flatbuffers::uoffset_t i = 0; i < row->by_status()->size(); ++i) {
    totals.by_status[i] = row->by_status()->Get(i);
  }
  if (totals.signature_count > 0) {
    totals.oldest_first_seen = timestamp_from_microseconds(row->oldest_first_seen_us());
  }
  return totals;
}

std::string encode_service_stats_row(std::uint64_t signature_count) {
  codec::Builder builder;
  return seal_row(builder, schema::CreateServiceStatsRow(builder, signature_count));
}

Result<std::uint64_t> decode_service_stats_row(std::string_view bytes) {
  OpenedRow opened;
  const schema::ServiceStatsRow* row =
      opened.open(bytes) ? opened.get<schema::ServiceStatsRow>() : nullptr;
  if (row == nullptr) return damaged("the row of totals of a service");
  return row->signature_count();
}

std::string encode_history_chunk(std::span<const Sequence> sequences) {
  ROUNDS_CHECK(!sequences.empty() && sequences.size() <= max_history_chunk, "a chunk of a history");
  std::string content;
  Sequence previous = 0;
  for (const Sequence sequence : sequences) {
    append_varint(content, sequence - previous);
    previous = sequence;
  }
  return seal(content);
}

Result<std::vector<Sequence>> decode_history_chunk(std::string_view bytes) {
  std::vector<Sequence> sequences;
  OpenedRow opened;
  if (!opened.open(bytes)) return damaged("a chunk of the history index");
  std::string_view content = bytes.substr(checksum_bytes);
  Sequence sequence = 0;
  while (!content.empty()) {
    std::uint64_t difference = 0;
    if (!take_varint(content, difference)) return damaged("a chunk of the history index");
    sequence += difference;
    sequences.push_back(sequence);
  }
  return sequences;
}

}  // namespace rounds
