// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/server/query.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto target = parse_request_target({reinterpret_cast<const char*>(data), size});
  if (!target) return 0;
  if (!target->path.starts_with('/')) std::abort();
  ParameterReader in(target->parameters);
  const auto limit = in.number("limit", 1, 1000);
  if (limit && (*limit < 1 || *limit > 1000)) std::abort();
  (void)in.text("hash");
  (void)in.finish();
  return 0;
}
