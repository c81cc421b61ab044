#include "core/language.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rounds {
namespace {

constexpr std::array<std::pair<std::string_view, Language>, 24> names{{
    {"python", Language::python},
    {"java", Language::java},
    {"javascript", Language::javascript},
    {"go", Language::go},
    {"dotnet", Language::dotnet},
    {"ruby", Language::ruby},
    {"php", Language::php},
    {"rust", Language::rust},
    {"cpp", Language::cpp},
    {"swift", Language::swift},
    // The first of each language is its name; these are other spellings.
    {"nodejs", Language::javascript},
    {"webjs", Language::javascript},
    {"node", Language::javascript},
    {"typescript", Language::javascript},
    {"kotlin", Language::java},
    {"scala", Language::java},
    {"groovy", Language::java},
    {"android", Language::java},
    {"golang", Language::go},
    {"csharp", Language::dotnet},
    {".net", Language::dotnet},
    {"c++", Language::cpp},
    {"c", Language::cpp},
    {"native", Language::cpp},
}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view to_string(Language language) {
  const auto* found = std::ranges::find(names, language, &decltype(names)::value_type::second);
  return found == names.end() ? "unknown" : found->first;
}

Language language_of_name(std::string_view name) {
  const auto* found = std::ranges::find_if(names, [name](const auto& known) {
    return std::ranges::equal(known.first, name, {}, {}, lower);
  });
  return found == names.end() ? Language::unknown : found->second;
}

}  // namespace rounds
