// SPDX-License-Identifier: Apache-2.0
#include "client/frame.hpp"

#include <algorithm>
#include <vector>

#include "client/width.hpp"

namespace guardd::client {
namespace {

constexpr std::string_view home = "\033[H";
constexpr std::string_view erase_line_end = "\033[K";
constexpr std::string_view erase_below = "\033[J";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string frame(std::string_view text, std::string_view last, const TerminalSize& size) {
  std::vector<std::string_view> lines = lines_of(text);
  const std::size_t room = std::max<std::size_t>(size.rows, 2) - 1;
  std::string rest;
  if (lines.size() > room) {
    rest = "... and " + std::to_string(lines.size() - room + 1) + " more lines, for a larger window";
    lines.resize(room - 1);
    lines.emplace_back(rest);
  }
  lines.push_back(last);
  // The last column stays free: behind it a terminal may be at the next line's begin already, or not.
  const std::size_t columns = std::max<std::size_t>(size.columns, 2) - 1;
  std::string out(home);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    out.append(clipped(lines[i], columns)).append(erase_line_end);
  }
  return out.append(erase_below);
}

}  // namespace guardd::client
