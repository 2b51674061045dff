// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/inspect/namespaces.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)guardd::parse_namespace_link({reinterpret_cast<const char*>(data), size}, "mnt");
  return 0;
}
