// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/source_lookup.hpp"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <optional>
#include <utility>

#include "daemon/storage/fs_class.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr int max_symlinks = 40;  // the kernel's MAXSYMLINKS
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> tags{{{"UUID", "by-uuid"},
                                                                             {"LABEL", "by-label"},
                                                                             {"PARTUUID", "by-partuuid"},
                                                                             {"PARTLABEL", "by-partlabel"},
                                                                             {"ID", "by-id"}}};

/// As udev names its links: a label's blanks and slashes become \xNN.
std::optional<std::string> encoded(const std::string& value) {
  std::array<char, std::size_t{4} * NAME_MAX> out{};
  if (blkid_encode_string(value.c_str(), out.data(), out.size()) != 0) return std::nullopt;
  return std::string(out.data());
}

bool is_removable(dev_t device, const HostRoot& root) {
  const std::string number = std::to_string(major(device)) + ":" + std::to_string(minor(device));
  const std::string directory = root.sys + "/dev/block/" + number;
  for (const char* place : {"/removable", "/../removable"}) {  // of a disk, and of a partition's disk
    const Result<std::string> text = read_file(directory + place, 64);
    if (text) return text->starts_with('1');
  }
  return false;
}

SourceState look_up_node(const std::string& path, const HostRoot& root) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? SourceState::absent : SourceState::unknown;
  }
  return S_ISBLK(status.st_mode) && is_removable(status.st_rdev, root) ? SourceState::removable : SourceState::present;
}

std::string unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

/// The node of a source in /dev; none where that can't be told.
std::optional<std::string> node_of_source(const std::string& what, const HostRoot& root) {
  constexpr std::string_view dev = "/dev/";
  if (what.starts_with(dev)) return root.dev + "/" + what.substr(dev.size());
  if (what.starts_with('/')) return what;
  const std::size_t equals = what.find('=');
  const std::string_view tag = std::string_view(what).substr(0, equals);
  const auto known = std::ranges::find(tags, tag, &std::pair<std::string_view, std::string_view>::first);
  if (equals == std::string::npos || known == tags.end()) return std::nullopt;
  const std::optional<std::string> name = encoded(unquoted(std::string_view(what).substr(equals + 1)));
  // Without udev there are no links at all, and their absence says nothing.
  if (!name || look_up_node(root.dev + "/disk", root) != SourceState::present) return std::nullopt;
  return root.dev + "/disk/" + std::string(known->second) + "/" + *name;
}

}  // namespace

SourceState look_up_source(const std::string& what, const HostRoot& root) {
  const std::optional<std::string> node = node_of_source(what, root);
  return node ? look_up_node(*node, root) : SourceState::unknown;
}

Known<std::vector<DeviceNumber>> devices_of_source(const std::string& what, const HostRoot& root) {
  const std::optional<std::string> node = node_of_source(what, root);
  if (!node) return Unknown{"no device is known by the name " + what};
  struct stat status {};
  if (::stat(node->c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::vector<DeviceNumber>();
    return Unknown{os_error(errno, *node).message};
  }
  if (!S_ISBLK(status.st_mode)) return std::vector<DeviceNumber>();
  return std::vector{DeviceNumber{major(status.st_rdev), minor(status.st_rdev)}};
}

std::string resolve_mountpoint(const std::string& path, const std::vector<MountFact>& mounts, const HostRoot& root) {
  const auto may_enter = [&](const std::string& place) {
    return std::ranges::all_of(mounts, [&](const MountFact& mount) {
      return mount.mountpoint != place || is_walkable(classify_filesystem(mount.fstype, mount.device));
    });
  };
  std::string rest = path;
  std::string real;
  for (int links = 0; !rest.empty();) {
    rest.erase(0, std::min(rest.find_first_not_of('/'), rest.size()));
    const std::string name = rest.substr(0, rest.find('/'));
    rest.erase(0, name.size());
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      real.erase(std::min(real.rfind('/'), real.size()));
      continue;
    }
    const std::string next = std::string(real).append("/").append(name);
    if (!may_enter(next)) return path;
    const Result<std::string> target = read_link_at(AT_FDCWD, (root.proc + "/1/root" + next).c_str());
    if (!target) {
      if (target.error().code != "einval") return path;  // EINVAL: it is there and no link
      real = next;
      continue;
    }
    if (++links > max_symlinks || rest.size() + target->size() > PATH_MAX) return path;
    if (target->starts_with('/')) real.clear();
    rest.insert(0, *target);
  }
  return real.empty() ? "/" : real;
}

}  // namespace guardd
