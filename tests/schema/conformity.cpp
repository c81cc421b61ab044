#include "tests/schema/conformity.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

namespace rounds::test {
namespace {

using Facts = std::map<std::string, std::string>;

std::string full_name(const flatbuffers::Definition& definition) {
  return definition.defined_namespace->GetFullyQualifiedName(definition.name);
}

std::string describe(const flatbuffers::Type& type) {
  if (flatbuffers::IsVector(type) || flatbuffers::IsArray(type)) {
    return fmt::format("[{}:{}]", describe(type.VectorType()), type.fixed_length);
  }
  std::string text = flatbuffers::kTypeNames[type.base_type];
  if (type.struct_def != nullptr) text += " " + full_name(*type.struct_def);
  if (type.enum_def != nullptr) text += " " + full_name(*type.enum_def);
  return text;
}

std::string describe(const flatbuffers::FieldDef& field) {
  return fmt::format(
      "{} at slot {}, {} by default{}{}{}", describe(field.value.type), field.value.offset,
      field.value.constant, field.IsOptional() ? ", may be absent" : "",
      field.IsRequired() ? ", required" : "", field.deprecated ? ", deprecated" : "");
}

// All that a schema says of the bytes, by the name of what it says it of.
Facts facts_of(const flatbuffers::Parser& schema) {
  Facts facts;
  for (const flatbuffers::StructDef* object : schema.structs_.vec) {
    const std::string name = full_name(*object);
    facts[name] = object->fixed ? fmt::format("struct of {} bytes, aligned to {}", object->bytesize,
                                              object->minalign)
                                : "table";
    for (const flatbuffers::FieldDef* field : object->fields.vec) {
      facts[name + "." + field->name] = describe(*field);
    }
  }
  for (const flatbuffers::EnumDef* enumeration : schema.enums_.vec) {
    const std::string name = full_name(*enumeration);
    facts[name] = fmt::format("{} of {}", enumeration->is_union ? "union" : "enum",
                              describe(enumeration->underlying_type));
    for (const flatbuffers::EnumVal* value : enumeration->Vals()) {
      facts[name + "." + value->name] =
          enumeration->is_union ? fmt::format("member {}, {}", enumeration->ToString(*value),
                                              describe(value->union_type))
                                : "value " + enumeration->ToString(*value);
    }
  }
  if (schema.root_struct_def_ != nullptr) facts["root_type"] = full_name(*schema.root_struct_def_);
  facts["file_identifier"] = schema.file_identifier_;
  return facts;
}

// The values of `present` that stand among those of `released` instead of behind them.
std::vector<std::string> inserted_values(const flatbuffers::EnumDef& released,
                                         const flatbuffers::EnumDef& present) {
  std::vector<std::string> found;
  for (const flatbuffers::EnumVal* value : present.Vals()) {
    const bool is_new = std::ranges::none_of(
        released.Vals(), [&](const auto* old) { return old->name == value->name; });
    if (is_new && value->GetAsInt64() <= released.MaxValue()->GetAsInt64()) {
      found.push_back(
          fmt::format("{}.{} is new, but not at the end", full_name(present), value->name));
    }
  }
  return found;
}

}  // namespace

std::unique_ptr<flatbuffers::Parser> parse_schema(std::string_view text,
                                                  const std::filesystem::path& directory) {
  auto parser = std::make_unique<flatbuffers::Parser>();
  const std::string directory_text = directory.string();
  std::array<const char*, 2> include_paths{directory_text.c_str(), nullptr};
  if (!parser->Parse(std::string(text).c_str(), include_paths.data())) {
    throw std::runtime_error(parser->error_);
  }
  return parser;
}

std::vector<std::string> differences(const flatbuffers::Parser& released,
                                     const flatbuffers::Parser& present) {
  std::vector<std::string> found;
  const Facts present_facts = facts_of(present);
  for (const auto& [name, fact] : facts_of(released)) {
    const auto counterpart = present_facts.find(name);
    if (counterpart == present_facts.end()) {
      found.push_back(fmt::format("{} ({}) is gone", name, fact));
    } else if (counterpart->second != fact) {
      found.push_back(fmt::format("{} was {}; it is {}", name, fact, counterpart->second));
    }
  }
  for (const flatbuffers::EnumDef* old : released.enums_.vec) {
    for (const flatbuffers::EnumDef* enumeration : present.enums_.vec) {
      if (full_name(*old) == full_name(*enumeration)) {
        std::ranges::move(inserted_values(*old, *enumeration), std::back_inserter(found));
      }
    }
  }
  return found;
}

std::vector<std::string> breaches(const flatbuffers::Parser& schema) {
  std::vector<std::string> found;
  for (const flatbuffers::StructDef* object : schema.structs_.vec) {
    if (object->fixed) continue;
    for (const flatbuffers::FieldDef* field : object->fields.vec) {
      const std::string name = full_name(*object) + "." + field->name;
      const bool is_type_of_union = field->value.type.base_type == flatbuffers::BASE_TYPE_UTYPE;
      if (!is_type_of_union && field->attributes.Lookup("id") == nullptr) {
        found.push_back(name + " has no id");
      }
      if (field->IsRequired()) found.push_back(name + " is required");
      if (field->deprecated) found.push_back(name + " is deprecated");
    }
  }
  return found;
}

}  // namespace rounds::test
