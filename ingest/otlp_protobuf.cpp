#include "ingest/otlp_protobuf.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>

namespace rounds::otlp {
namespace {

// A map nests three messages (AnyValue, KeyValueList, KeyValue) a level, below record and
// attribute.
constexpr int max_message_nesting = static_cast<int>(3 * max_otlp_value_nesting + 3);

// Fits all but a few records, so that most of them cost no allocation.
constexpr std::size_t arena_block_bytes = 16 * 1024;

// The names and field numbers of the two requests, which have the same shape.
struct LogsEnvelope {
  using Record = v1::LogRecord;
  static constexpr std::string_view resources_name = "resource_logs";
  static constexpr std::string_view record_name = "log record";
  static constexpr int resources = v1::ExportLogsServiceRequest::kResourceLogsFieldNumber;
  static constexpr int resource = v1::ResourceLogs::kResourceFieldNumber;
  static constexpr int scopes = v1::ResourceLogs::kScopeLogsFieldNumber;
  static constexpr int records = v1::ScopeLogs::kLogRecordsFieldNumber;
};

struct TracesEnvelope {
  using Record = v1::Span;
  static constexpr std::string_view resources_name = "resource_spans";
  static constexpr std::string_view record_name = "span";
  static constexpr int resources = v1::ExportTraceServiceRequest::kResourceSpansFieldNumber;
  static constexpr int resource = v1::ResourceSpans::kResourceFieldNumber;
  static constexpr int scopes = v1::ResourceSpans::kScopeSpansFieldNumber;
  static constexpr int records = v1::ScopeSpans::kSpansFieldNumber;
};

// Wire types of the protobuf encoding. Groups (3 and 4) are not among them: OTLP never had any.
enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, length_delimited = 2, fixed32 = 5 };

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("the body is not a valid OTLP protobuf request: {}", what));
}

bool skip_scalar(google::protobuf::io::CodedInputStream& input, WireType type) {
  std::uint64_t ignored = 0;
  switch (type) {
    case WireType::varint:
      return input.ReadVarint64(&ignored);
    case WireType::fixed64:
      return input.ReadLittleEndian64(&ignored);
    case WireType::fixed32:
      return input.Skip(sizeof(std::uint32_t));
    case WireType::length_delimited:
      break;
  }
  return false;
}

// Calls `visit` with the bytes of each message in field `number` of `message`, which is called
// `name` in errors. Other fields are skipped.
template <typename Visit>
Result<void> for_each_submessage(std::string_view message, int number, std::string_view name,
                                 Visit visit) {
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const std::uint8_t*>(message.data()), static_cast<int>(message.size()));
  while (const std::uint32_t tag = input.ReadTag()) {
    const auto type = static_cast<WireType>(tag & 7U);
    const bool wanted = tag >> 3U == static_cast<std::uint32_t>(number);
    if (type != WireType::length_delimited) {
      if (wanted) return malformed(fmt::format("{} is not a message", name));
      if (!skip_scalar(input, type)) return malformed("a field ends too early");
      continue;
    }
    std::uint32_t length = 0;
    if (!input.ReadVarint32(&length)) return malformed("a length ends too early");
    const auto position = static_cast<std::size_t>(input.CurrentPosition());
    if (length > message.size() - position) {
      return malformed(fmt::format("a field of {} bytes ends too early", length));
    }
    input.Skip(static_cast<int>(length));
    if (!wanted) continue;
    if (auto visited = visit(message.substr(position, length)); !visited) return visited;
  }
  if (!input.ConsumedEntireMessage()) return malformed("a field has no valid number");
  return {};
}

// Merges `bytes` into `message`, as protobuf defines it for a field that comes twice.
template <typename Message>
Result<void> merge_message(std::string_view bytes, std::string_view name, Message& message) {
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                               static_cast<int>(bytes.size()));
  input.SetRecursionLimit(max_message_nesting);
  if (message.MergeFromCodedStream(&input) && input.ConsumedEntireMessage()) return {};
  return malformed(fmt::format("a {} is damaged or nests values deeper than {} levels", name,
                               max_otlp_value_nesting));
}

template <typename Envelope>
class RequestReader {
 public:
  explicit RequestReader(Extractor& extractor) : extractor_(extractor) {}

  Result<void> read(std::string_view body) {
    return for_each_submessage(body, Envelope::resources, Envelope::resources_name,
                               [this](std::string_view bytes) { return read_resource(bytes); });
  }

 private:
  Result<void> read_resource(std::string_view bytes) {
    // The resource may stand behind its records, so it is looked for first.
    v1::Resource resource;
    auto merged = for_each_submessage(
        bytes, Envelope::resource, "resource",
        [&resource](std::string_view part) { return merge_message(part, "resource", resource); });
    if (!merged) return merged;
    extractor_.set_resource(resource);
    return for_each_submessage(bytes, Envelope::scopes, "scope",
                               [this](std::string_view scope) { return read_scope(scope); });
  }

  Result<void> read_scope(std::string_view bytes) {
    return for_each_submessage(bytes, Envelope::records, Envelope::record_name,
                               [this](std::string_view record) { return read_record(record); });
  }

  Result<void> read_record(std::string_view bytes) {
    if (bytes.size() > max_otlp_record_bytes) {
      extractor_.reject_record(
          OtlpRejection::record_size,
          fmt::format("a {} has {} bytes; the limit is {}", Envelope::record_name, bytes.size(),
                      max_otlp_record_bytes));
      return {};
    }
    arena_.Reset();
    auto* record = google::protobuf::Arena::CreateMessage<typename Envelope::Record>(&arena_);
    if (auto merged = merge_message(bytes, Envelope::record_name, *record); !merged) return merged;
    extractor_.add(*record);
    return {};
  }

  static google::protobuf::ArenaOptions arena_options(std::array<char, arena_block_bytes>& block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block.data();
    options.initial_block_size = block.size();
    return options;
  }

  Extractor& extractor_;
  alignas(std::max_align_t) std::array<char, arena_block_bytes> first_block_{};
  google::protobuf::Arena arena_{arena_options(first_block_)};
};

template <typename Envelope>
Result<void> read_request(std::string_view body, Extractor& extractor) {
  // Protobuf counts in int.
  if (body.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(ErrorCode::too_large, fmt::format("an OTLP request of {} bytes; the limit is {}",
                                                  body.size(), std::numeric_limits<int>::max()));
  }
  return RequestReader<Envelope>(extractor).read(body);
}

}  // namespace

Result<void> read_protobuf_logs(std::string_view body, Extractor& extractor) {
  return read_request<LogsEnvelope>(body, extractor);
}

Result<void> read_protobuf_traces(std::string_view body, Extractor& extractor) {
  return read_request<TracesEnvelope>(body, extractor);
}

}  // namespace rounds::otlp
