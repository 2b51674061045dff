// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/strict_json.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const JsonLimits limits{.bytes = 4096, .depth = 16, .values = 512};
  const auto document = parse_json(text, limits);
  if (!document) return 0;
  // What was taken is what a lenient parser sees too, and comes back from its own text.
  if (nlohmann::json::parse(text) != *document) std::abort();
  const auto again = parse_json(to_text(*document), {.bytes = 1 << 20, .depth = 16, .values = 512});
  if (!again || *again != *document) std::abort();
  return 0;
}
