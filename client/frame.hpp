// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace guardd::client {

struct TerminalSize {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

/// Lines to put over what is on a terminal's screen, so that it is never blank in between: each ends in erasing what is
/// left of the old one, and what is below goes last. Lines that are too long are cut off; where there are too many, the
/// first ones are shown and how many are not. `last` comes below them, whatever there is.
std::string frame(std::string_view text, std::string_view last, const TerminalSize& size);

}  // namespace guardd::client
