// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/data/config_paths.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& path : guardd::parse_config_paths(text, {"datadir", "storage.dbPath", "log_bin"})) {
    if (path.empty() || path.front() != '/') __builtin_trap();
  }
  return 0;
}
