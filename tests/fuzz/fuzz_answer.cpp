// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/wire.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_error(text));
  const auto answer = parse_answer(text);
  if (!answer) return 0;
  if ((answer->outcome == Outcome::allow) != answer->document.at("reasons").empty()) std::abort();
  if (answer->whole_host != answer->target_paths.empty() || answer->boot_id.empty()) std::abort();
  return 0;
}
