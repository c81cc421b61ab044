// Writes metrics in the Prometheus text format (version 0.0.4): one family after the other, each
// with its help and type first.
//
// Names and label values come from this program, never from clients. One thread at a time.
#pragma once

#include <concepts>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/histogram.hpp"

namespace rounds::daemon {

// Label names and values; the values hold no quotes, backslashes or line ends.
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Exposition {
 public:
  // Begins a family; its samples follow.
  void family(std::string_view name, std::string_view type, std::string_view help);

  // A sample of the family that was begun last.
  template <typename Number>
    requires std::integral<Number> || std::floating_point<Number>
  void sample(Labels labels, Number value) {
    write_name("", labels, "");
    fmt::format_to(std::back_inserter(text_), " {}\n", +value);
  }

  // The samples of a histogram, whose bounds and sum are written times `unit` (1e-9: nanoseconds as
  // seconds).
  void histogram(Labels labels, const HistogramCounts& counts, double unit);

  // A family of one sample.
  template <typename Number>
  void counter(std::string_view name, std::string_view help, Number value) {
    family(name, "counter", help);
    sample({}, value);
  }
  template <typename Number>
  void gauge(std::string_view name, std::string_view help, Number value) {
    family(name, "gauge", help);
    sample({}, value);
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  // `bound` is the label "le" of a histogram; empty: none.
  void write_name(std::string_view suffix, Labels labels, std::string_view bound);

  std::string text_;
  std::string name_;
};

inline constexpr double nanoseconds_in_seconds = 1e-9;

}  // namespace rounds::daemon
