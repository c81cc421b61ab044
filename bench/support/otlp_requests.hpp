// OTLP/HTTP requests as SDKs and collectors send them, made once and sent many times: what differs
// from record to record is written into the bytes in place, so that a generator costs little beside
// the daemon that it loads.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/support/error_records.hpp"

namespace rounds::bench {

enum class OtlpForm : std::uint8_t { protobuf, json };

class OtlpRequest {
 public:
  // A request for POST /v1/logs with one log record of severity ERROR for each of `errors`, those
  // of a service together.
  OtlpRequest(OtlpForm form, std::span<const ErrorRecord> errors);

  // Head and body, with trace ids, span ids, times and holes of the records filled for the
  // positions from `first` on: no two positions have the same ids. Valid until the next call.
  [[nodiscard]] std::string_view fill(std::uint64_t first);

  // Of head and body, in bytes.
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  struct Hole {
    std::uint32_t offset;
    std::uint32_t length;
    char kind;  // the character that marks it
  };

  // The runs of the characters that mark holes, in their order.
  [[nodiscard]] static std::vector<Hole> find_holes(std::string_view bytes);
  void fill_hole(const Hole& hole, std::uint64_t position);

  std::string bytes_;
  std::vector<Hole> holes_;
  std::vector<std::uint32_t> holes_of_record_;  // how many each has
};

}  // namespace rounds::bench
