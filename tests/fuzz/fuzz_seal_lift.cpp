// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/wire_hold.hpp"
#include "core/wire_seal.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lift = parse_seal_lift(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!lift) return 0;
  if (lift->reason.empty() || lift->reason.size() > max_reason_bytes) std::abort();
  if (lift->valid_s < 0 || lift->valid_s > longest_lift_s) std::abort();
  return 0;
}
