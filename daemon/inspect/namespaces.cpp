// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/namespaces.hpp"

#include <array>
#include <string>

#include "os/read.hpp"
#include "procfs/fields.hpp"

namespace guardd {

std::optional<std::uint64_t> parse_namespace_link(std::string_view target, std::string_view kind) {
  if (!target.starts_with(kind)) return std::nullopt;
  target.remove_prefix(kind.size());
  if (!target.starts_with(":[") || !target.ends_with(']')) return std::nullopt;
  return procfs::parse_number<std::uint64_t>(target.substr(2, target.size() - 3));
}

Result<Namespaces> read_namespaces(int process) {
  Namespaces namespaces;
  struct Link {
    const char* path;
    std::uint64_t& inode;
  };
  const std::array<Link, 5> links = {{{"ns/pid", namespaces.pid},
                                      {"ns/user", namespaces.user},
                                      {"ns/net", namespaces.net},
                                      {"ns/mnt", namespaces.mnt},
                                      {"ns/time", namespaces.time}}};
  for (const Link& link : links) {
    const auto target = read_link_at(process, link.path);
    const std::string_view kind = std::string_view(link.path).substr(3);
    if (!target) {
      if (kind == "time" && target.error().code == "enoent") continue;
      return target.error();
    }
    const auto inode = parse_namespace_link(*target, kind);
    if (!inode) return Error{"bad_link", std::string(link.path) + ": not a namespace"};
    link.inode = *inode;
  }
  return namespaces;
}

}  // namespace guardd
