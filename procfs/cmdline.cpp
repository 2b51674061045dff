// SPDX-License-Identifier: Apache-2.0
#include "procfs/cmdline.hpp"

namespace guardd {

void parse_cmdline(std::string_view text, std::vector<std::string_view>& arguments) {
  arguments.clear();
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  while (!text.empty() && arguments.size() < max_arguments) {
    const std::size_t end = text.find('\0');
    arguments.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text = text.substr(end + 1);
  }
}

}  // namespace guardd
