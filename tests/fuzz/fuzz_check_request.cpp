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
  const auto request = parse_check_request(text);
  if (!request) return 0;
  if (request->whole_host != request->targets.empty() || request->targets.size() > max_targets) std::abort();
  const auto again = parse_check_request(to_text(to_json(*request)));
  if (!again || again->targets != request->targets || again->expect_host != request->expect_host) std::abort();
  return 0;
}
