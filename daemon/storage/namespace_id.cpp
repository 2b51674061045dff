// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/namespace_id.hpp"

#include <fcntl.h>

#include <charconv>
#include <string>
#include <string_view>

#include "os/read.hpp"

namespace guardd {

Result<std::uint64_t> read_mount_namespace(std::int32_t pid, const HostRoot& root) {
  const std::string path = root.proc + "/" + std::to_string(pid) + "/ns/mnt";
  const Result<std::string> link = read_link_at(AT_FDCWD, path.c_str());
  if (!link) return link.error();
  constexpr std::string_view prefix = "mnt:[";
  std::string_view text = *link;
  std::uint64_t inode = 0;
  if (!text.starts_with(prefix) || !text.ends_with(']')) return Error{"bad_namespace", path + ": " + *link};
  text = text.substr(prefix.size(), text.size() - prefix.size() - 1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), inode);
  if (error != std::errc() || end != text.data() + text.size()) return Error{"bad_namespace", path + ": " + *link};
  return inode;
}

}  // namespace guardd
