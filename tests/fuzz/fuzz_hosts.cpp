// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/host_names.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)guardd::parse_hosts_names(text, "db1");
  (void)guardd::parse_hosts_names(text, text.substr(0, text.find(' ')));
  return 0;
}
