// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/wire.hpp"
#include "core/wire_hold.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_reason(text);
  const auto hold = parse_hold(text);
  if (!hold) return 0;
  // Who holds, since when and under which number is not for the caller to say.
  if (!hold->id.empty() || !hold->by.empty() || hold->added_s != 0) std::abort();
  if (hold->reason.empty() || hold->targets.size() > max_targets) std::abort();
  return 0;
}
