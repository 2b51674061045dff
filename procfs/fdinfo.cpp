// SPDX-License-Identifier: Apache-2.0
#include "procfs/fdinfo.hpp"

#include "procfs/escapes.hpp"
#include "procfs/fields.hpp"

namespace guardd {
namespace {

using procfs::parse_number;
using procfs::take_field;

/// "    3: /var/lib/mysql/ibdata1"; an empty slot is left out, or "<none>" before Linux 5.12.
bool take_user_file(std::string_view line, std::vector<std::string>& files) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return false;
  std::string_view slot = line.substr(0, colon);
  slot = take_field(slot);
  if (!parse_number<std::uint32_t>(slot)) return false;
  const std::string_view path = line.substr(colon + 2);
  if (path != "<none>") files.push_back(procfs::unescape_octal_leniently(path));
  return true;
}

}  // namespace

Result<FdInfo> parse_fdinfo(std::string_view text) {
  FdInfo info;
  bool flags_seen = false;
  bool in_user_files = false;
  while (!text.empty()) {
    const std::string_view line = procfs::take_line(text);
    if (in_user_files && line.starts_with(' ')) {
      if (!take_user_file(line, *info.user_files))
        return Error{"bad_fdinfo", "fdinfo: cannot read a line of UserFiles"};
      continue;
    }
    in_user_files = false;
    std::string_view rest = line;
    const std::string_view key = take_field(rest);
    const std::string_view value = take_field(rest);
    if (key == "flags:") {
      const auto flags = parse_number<std::uint32_t>(value, 8);
      if (!flags) return Error{"bad_fdinfo", "fdinfo: cannot read the line flags"};
      info.flags = *flags;
      flags_seen = true;
    } else if (key == "mnt_id:") {
      const auto mount_id = parse_number<std::int64_t>(value);
      if (!mount_id) return Error{"bad_fdinfo", "fdinfo: cannot read the line mnt_id"};
      info.mount_id = *mount_id;
    } else if (key == "ino:") {
      const auto inode = parse_number<std::uint64_t>(value);
      if (!inode) return Error{"bad_fdinfo", "fdinfo: cannot read the line ino"};
      info.inode = *inode;
    } else if (key == "UserFiles:") {
      if (!parse_number<std::uint32_t>(value)) return Error{"bad_fdinfo", "fdinfo: cannot read the line UserFiles"};
      info.user_files.emplace();
      in_user_files = true;
    }
  }
  if (!flags_seen) return Error{"bad_fdinfo", "fdinfo: no line flags"};
  return info;
}

}  // namespace guardd
