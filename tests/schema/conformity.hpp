// Compares schemas: whether what was written with a released one is read the same by the present
// one, and whether a schema keeps the rules that make that possible (schema/common.fbs).
//
// `flatc --conform` accepts changes that break readers: a removed field at the end, a removed enum
// value, a rename, a field that becomes required, a removed table. Therefore everything that a
// released schema says is compared here.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <flatbuffers/idl.h>

namespace rounds::test {

// The schema in `text`, whose includes are in `directory`; never null. Throws std::runtime_error
// with flatc's message if it is none.
[[nodiscard]] std::unique_ptr<flatbuffers::Parser> parse_schema(
    std::string_view text, const std::filesystem::path& directory);

// Each way in which readers of `present` misread what writers of `released` wrote, or the other way
// round, as a sentence; none if they agree.
[[nodiscard]] std::vector<std::string> differences(const flatbuffers::Parser& released,
                                                   const flatbuffers::Parser& present);

// Each breach of the rules, as a sentence: a field of a table without an id, required, deprecated.
[[nodiscard]] std::vector<std::string> breaches(const flatbuffers::Parser& schema);

}  // namespace rounds::test
