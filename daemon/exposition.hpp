// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <spdlog/fmt/fmt.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace guardd {

/// Prometheus' text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/: one metric with its
/// samples, each a line.
class Metric {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Metric(std::string_view name, std::string_view type, std::string_view help)
      : name_(name), text_(fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type)) {}

  template <typename Value>
  Metric& sample(Labels labels, Value value) {
    text_ += name_;
    char separator = '{';
    for (const auto& [label, of] : labels) {
      text_ += fmt::format("{}{}=\"{}\"", separator, label, escaped(of));
      separator = ',';
    }
    text_ += fmt::format("{} {}\n", separator == ',' ? "}" : "", value);
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '\n') {
        out += "\\n";
        continue;
      }
      if (c == '\\' || c == '"') out += '\\';
      out += c;
    }
    return out;
  }

  std::string name_;
  std::string text_;
};

}  // namespace guardd
