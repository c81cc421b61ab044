#include "daemon/request_body.hpp"

#include <utility>

namespace rounds::daemon {

Result<void> decompress_body(Request& request, std::size_t max_bytes) {
  if (request.encoding == ContentEncoding::identity) return {};
  auto content = decompress(request.body, request.encoding, max_bytes);
  if (!content) return std::unexpected(std::move(content.error()));
  if (!request.memory.grow(content->size())) {
    return fail(ErrorCode::overloaded, "too many large requests at once; retry later");
  }
  request.body = std::move(*content);
  request.encoding = ContentEncoding::identity;
  return {};
}

}  // namespace rounds::daemon
