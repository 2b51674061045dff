// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "client/frame.hpp"

namespace guardd::client {

/// The terminal's other screen, for as long as this lives; there is one at a time. Whatever ends the process (but
/// SIGKILL) or stops it, the terminal is before as it was.
class Screen {
 public:
  /// Whether standard output is a terminal that has one.
  static bool is_possible();

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Readable when what is on it has to be drawn anew: its size has changed, or the process was stopped and goes on.
  [[nodiscard]] int descriptor() const;
  /// Takes that; the next draw() draws.
  void take_changes();
  /// Puts the frame on the screen by one write, unless it is there already. False: the terminal is gone.
  [[nodiscard]] bool draw(std::string_view text, std::string_view last);
  /// Standard input, where keys are read from it; else -1.
  [[nodiscard]] int keys() const;
  /// Takes what was typed; true where it was "q", or the input has ended.
  [[nodiscard]] bool is_told_to_end() const;

 private:
  std::string drawn_;
};

}  // namespace guardd::client
