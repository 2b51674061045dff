// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "daemon/kernel_events/source.hpp"

namespace guardd {

/// In the place of a source that guardd is configured not to use: it never tells, and everybody knows.
class UnusedSource final : public EventSource {
 public:
  explicit UnusedSource(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const char* name() const override { return name_.c_str(); }
  [[nodiscard]] std::string problem() const override { return "guardd is configured not to use it"; }
  [[nodiscard]] int descriptor() const override { return -1; }
  void drain(Heard&) override {}
  void prove(Heard&) override {}

 private:
  std::string name_;
};

}  // namespace guardd
