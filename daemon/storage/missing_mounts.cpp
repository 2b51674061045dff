// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/missing_mounts.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "daemon/storage/fs_class.hpp"

namespace guardd {
namespace {

constexpr DeviceNumber any_block_device{
    1, 0};  // only its major counts: a type that is not listed is one on a block device

bool is_cdrom(const WantedMount& mount) {
  return mount.fstype == "iso9660" || mount.fstype == "udf" || mount.fstype.starts_with("udf,") ||
         mount.what.starts_with("/dev/sr") || mount.what.starts_with("/dev/cdrom") ||
         mount.what.starts_with("/dev/dvd");
}

bool is_network_source(const WantedMount& mount) {
  if (mount.what.starts_with("//")) return true;
  // "server:/export"; a tag or a node has no ":/".
  return !mount.what.starts_with('/') && mount.what.find(":/") != std::string::npos;
}

}  // namespace

bool is_local_data(const WantedMount& mount) {
  constexpr std::array<std::string_view, 4> no_filesystem{"swap", "none", "ignore", "autofs"};
  const bool binds = has_option(mount.options, "bind") || has_option(mount.options, "rbind");
  if (binds || has_option(mount.options, "_netdev") || is_cdrom(mount) || is_network_source(mount)) return false;
  if (!mount.where.starts_with('/')) return false;
  if (std::ranges::find(no_filesystem, mount.fstype) != no_filesystem.end()) return false;
  return is_durable(classify_filesystem(mount.fstype, any_block_device));
}

bool is_missing(const WantedMount& mount, const LookUpSource& look_up) {
  if (!has_option(mount.options, "noauto") && !has_option(mount.options, "nofail")) return true;
  const SourceState source = look_up(mount.what);
  return source == SourceState::present || source == SourceState::unknown;
}

bool is_missing(const WantedCrypt& entry, const LookUpSource& look_up) {
  // Made anew with a random key at each boot.
  if (has_option(entry.options, "swap") || has_option(entry.options, "tmp")) return false;
  return is_missing(
      WantedMount{.what = entry.device, .where = {}, .fstype = {}, .options = entry.options, .named_by = {}}, look_up);
}

std::string plain_path(std::string_view path) {
  std::string plain;
  while (!path.empty()) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    if (name.empty() || name == ".") continue;
    plain += '/';
    plain += name;
  }
  return plain.empty() ? "/" : plain;
}

std::vector<MissingMount> find_missing(const std::vector<WantedMount>& wanted, const std::vector<MountFact>& mounts,
                                       const LookUpSource& look_up,
                                       const std::function<std::string(const std::string&)>& resolve) {
  std::set<std::string> mounted;
  for (const MountFact& mount : mounts) {
    if (mount.fstype != "autofs") mounted.insert(mount.mountpoint);
  }
  std::vector<MissingMount> missing;
  std::set<std::string> named;
  for (const WantedMount& mount : wanted) {
    if (!is_local_data(mount)) continue;
    const std::string where = plain_path(mount.where);
    if (mounted.contains(where) || mounted.contains(resolve(where))) continue;
    if (!is_missing(mount, look_up) || !named.insert(where).second) continue;
    missing.push_back({mount.what, where, mount.named_by, {}});
  }
  return missing;
}

}  // namespace guardd
