// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/storage/wanted_mount.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const guardd::WantedMount& mount : guardd::parse_fstab(text, "fstab").mounts) {
    (void)guardd::has_option(mount.options, "noauto");
  }
  return 0;
}
