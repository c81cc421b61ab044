#include "daemon/exposition.hpp"

#include <cstdint>

namespace rounds::daemon {

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Exposition::write_name(std::string_view suffix, Labels labels, std::string_view bound) {
  text_ += name_;
  text_ += suffix;
  if (labels.size() == 0 && bound.empty()) return;
  char separator = '{';
  const auto write = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text_), "{}{}=\"{}\"", separator, name, value);
    separator = ',';
  };
  for (const auto& [name, value] : labels) write(name, value);
  if (!bound.empty()) write("le", bound);
  text_ += '}';
}

void Exposition::histogram(Labels labels, const HistogramCounts& counts, double unit) {
  std::uint64_t below = 0;
  const auto bucket = [&](std::string_view bound, std::uint64_t count) {
    below += count;
    write_name("_bucket", labels, bound);
    fmt::format_to(std::back_inserter(text_), " {}\n", below);
  };
  for (std::size_t i = 0; i < counts.bounds.size(); ++i) {
    // Enough digits for the bounds, and few enough to hide what binary fractions add to them.
    bucket(fmt::format("{:.10g}", static_cast<double>(counts.bounds[i]) * unit), counts.counts[i]);
  }
  bucket("+Inf", counts.counts.back());
  write_name("_sum", labels, "");
  fmt::format_to(std::back_inserter(text_), " {}\n", static_cast<double>(counts.sum) * unit);
  write_name("_count", labels, "");
  fmt::format_to(std::back_inserter(text_), " {}\n", below);
}

}  // namespace rounds::daemon
