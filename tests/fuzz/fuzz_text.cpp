// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/glob.hpp"
#include "core/text.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string safe = printable(text, 256);
  if (safe.size() > 259 || reprintable(safe, 1024) != safe) std::abort();
  for (std::string_view rest = safe; !rest.empty();) {
    const auto point = first_code_point(rest);
    if (!point || point->value < 0x20 || (point->value >= 0x7f && point->value < 0xa0)) std::abort();
    rest.remove_prefix(point->bytes);
  }
  const std::string_view pattern = text.substr(0, size / 2);
  static_cast<void>(glob_match(pattern, text.substr(size / 2)));
  static_cast<void>(path_glob_match(pattern, text.substr(size / 2)));
  if (!glob_match("*", text) && text.find('/') == std::string_view::npos) std::abort();
  return 0;
}
