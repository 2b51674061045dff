// SPDX-License-Identifier: Apache-2.0
#include "procfs/process_status.hpp"

#include <optional>

#include "procfs/fields.hpp"

namespace guardd {

Result<ProcessStatus> parse_status(std::string_view text) {
  std::optional<std::uint32_t> uid;
  std::optional<std::uint64_t> cap_eff;
  while (!text.empty()) {
    std::string_view line = procfs::take_line(text);
    // Name: comes first and is escaped by the kernel, so no process can forge a line.
    const std::string_view key = procfs::take_field(line);
    if (key == "Uid:" && !uid) {
      procfs::take_field(line);  // the real uid
      uid = procfs::parse_number<std::uint32_t>(procfs::take_field(line));
      if (!uid) return Error{"bad_status", "status: cannot read the line Uid"};
    } else if (key == "CapEff:" && !cap_eff) {
      cap_eff = procfs::parse_number<std::uint64_t>(procfs::take_field(line), 16);
      if (!cap_eff) return Error{"bad_status", "status: cannot read the line CapEff"};
    }
  }
  if (!uid) return Error{"bad_status", "status: no line Uid"};
  if (!cap_eff) return Error{"bad_status", "status: no line CapEff"};
  return ProcessStatus{*uid, *cap_eff};
}

}  // namespace guardd
