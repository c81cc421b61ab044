// Reading JSON documents of others, with errors that name the path of what is wrong.
//
// Shared by the OTLP and the JSON Lines decoder; internal to ingest/. Getters take a member of an
// object that may be absent: absent and null mean the same, as in protobuf's JSON mapping. Pure:
// usable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include "core/error.hpp"

namespace rounds::json_access {

// Where a value stands in its document: a list on the stack, from the leaf to the root, so that the
// text is only made when there is an error. A path must not outlive its parent.
class Path {
 public:
  Path() = default;  // the document itself
  Path(const Path& parent, std::string_view key) : parent_(&parent), key_(key) {}
  Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index) {}

  // "resourceLogs[0].resource"; "the document" for the root.
  [[nodiscard]] std::string to_string() const;

 private:
  const Path* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
};

// Parses one JSON document; the value lives in `storage`. Errors: invalid_argument says what is
// wrong and at which byte, too deep nesting included.
[[nodiscard]] Result<boost::json::value> parse_document(std::string_view text,
                                                        std::size_t max_depth,
                                                        boost::json::storage_ptr storage = {});

// invalid_argument: "<path> must be <expected>, not <what it is>".
[[nodiscard]] std::unexpected<Error> wrong_type(const Path& path, std::string_view expected,
                                                const boost::json::value& actual);

[[nodiscard]] Result<const boost::json::object*> as_object(const boost::json::value& value,
                                                           const Path& path);

// The member `key` of `object`; null if absent or null.
[[nodiscard]] const boost::json::value* find_member(const boost::json::object& object,
                                                    std::string_view key);

// Null if absent.
[[nodiscard]] Result<const boost::json::object*> object_member(const boost::json::object& object,
                                                               std::string_view key,
                                                               const Path& path);
[[nodiscard]] Result<const boost::json::array*> array_member(const boost::json::object& object,
                                                             std::string_view key,
                                                             const Path& path);

// Empty if absent. A view into the document.
[[nodiscard]] Result<std::string_view> text_member(const boost::json::object& object,
                                                   std::string_view key, const Path& path);

// Calls `visit(object, path)` for each element of the array in member `key`, all of which must be
// objects; does nothing if the member is absent. Ends at the first error.
template <typename Visit>
[[nodiscard]] Result<void> for_each_object(const boost::json::object& owner, std::string_view key,
                                           const Path& owner_path, Visit visit) {
  const auto array = array_member(owner, key, owner_path);
  if (!array) return std::unexpected(array.error());
  if (*array == nullptr) return {};
  const Path array_path(owner_path, key);
  std::size_t index = 0;
  for (const boost::json::value& element : **array) {
    const Path path(array_path, index++);
    const auto object = as_object(element, path);
    if (!object) return std::unexpected(object.error());
    if (Result<void> visited = visit(**object, path); !visited) return visited;
  }
  return {};
}

enum class IntegerForm : std::uint8_t {
  number,          // JSON numbers only
  number_or_text,  // as protobuf writes 64-bit integers
};

// Why a value is not an integer of the wanted type.
enum class IntegerProblem : std::uint8_t { not_an_integer, out_of_range };

// Numbers such as 1.5e3 count as integers; texts are decimal digits with an optional minus.
[[nodiscard]] std::expected<std::int64_t, IntegerProblem> read_signed(
    const boost::json::value& value, IntegerForm form);
[[nodiscard]] std::expected<std::uint64_t, IntegerProblem> read_unsigned(
    const boost::json::value& value, IntegerForm form);

}  // namespace rounds::json_access
