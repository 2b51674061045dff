// SPDX-License-Identifier: Apache-2.0
#include "core/decide/unvouched.hpp"

#include <algorithm>

namespace guardd::decide_detail {

Unvouched::Unvouched(const Weighing& weighing) : weighing_(weighing) {
  for (const MountFact& mount : weighing.snapshot.mounts) mounted_.insert(mount.device);
  for (const SignatureFact& fact : weighing.snapshot.signatures) signatures_[fact.device].push_back(&fact);
}

std::vector<const SignatureFact*> Unvouched::signatures(const BlockDeviceFact& device) const {
  const auto found = signatures_.find(device.device);
  return found == signatures_.end() ? std::vector<const SignatureFact*>() : found->second;
}

bool Unvouched::is_unvouched(const BlockDeviceFact& device) const {
  const bool stands_for_others = device.name.find(':') != std::string::npos;  // "btrfs:UUID"
  return !stands_for_others && !is_used(device) && !is_covered(device) && is_writable(device);
}

bool Unvouched::is_in_mounted_pool(const Signature& member) const {
  if (member.type != "zfs_member" || member.label.empty()) return false;
  const bool is_alone = std::ranges::all_of(weighing_.snapshot.signatures, [&](const SignatureFact& other) {
    return !other.signature.known() || other.signature.value().type != "zfs_member" ||
           other.signature.value().label != member.label || other.signature.value().uuid == member.uuid;
  });
  return is_alone && std::ranges::any_of(weighing_.snapshot.mounts, [&](const MountFact& mount) {
           return mount.fstype == "zfs" && mount.source.substr(0, mount.source.find('/')) == member.label;
         });
}

bool Unvouched::is_used(const BlockDeviceFact& device) const { return device.swap || mounted_.contains(device.device); }

/// What stands on it, but for loop devices over files of a filesystem on it: they tell nothing of its other files.
std::vector<const BlockDeviceFact*> Unvouched::above(const BlockDeviceFact& device) const {
  std::vector<const BlockDeviceFact*> result;
  for (const BlockDeviceFact* child : weighing_.graph.children(device.device)) {
    const bool is_built_on = child->parent == device.name ||
                             std::ranges::find(child->slaves, device.name) != child->slaves.end() ||
                             child->backing_file.starts_with("/dev/");
    if (is_built_on) result.push_back(child);
  }
  for (const std::string& holder : device.holders) {
    const BlockDeviceFact* found = weighing_.graph.find(holder);
    if (found != nullptr && std::ranges::find(result, found) == result.end()) result.push_back(found);
  }
  return result;
}

/// A partition always answers for its part; what else stands there only when it is known what it is. What has no size
/// answers for nothing: an array of which members are missing, or one that is the container of others.
bool Unvouched::is_covered(const BlockDeviceFact& device) const {
  const auto answers = [&](const BlockDeviceFact* one) {
    if (one->parent == device.name || is_used(*one) || !above(*one).empty()) return true;
    const auto facts = signatures(*one);
    return !facts.empty() && std::ranges::all_of(facts, [](auto* fact) { return fact->signature.known(); });
  };
  const bool sees_holders = std::ranges::all_of(
      device.holders, [&](const std::string& name) { return weighing_.graph.find(name) != nullptr; });
  std::vector<const BlockDeviceFact*> all = above(device);
  std::erase_if(all, [&](auto* one) { return one->size_bytes == 0 && one->parent != device.name && !is_used(*one); });
  return sees_holders && !all.empty() && std::ranges::all_of(all, answers);
}

/// A read-only volume on a writable disk is lost with it.
bool Unvouched::is_writable(const BlockDeviceFact& device) const {
  std::set<std::string> seen;
  std::vector<const BlockDeviceFact*> next{&device};
  while (!next.empty()) {
    const BlockDeviceFact* one = next.back();
    next.pop_back();
    if (!one->read_only) return true;
    std::vector<std::string> under = one->slaves;
    under.push_back(one->parent);
    for (const std::string& name : under) {
      const BlockDeviceFact* found = weighing_.graph.find(name);
      if (found != nullptr && seen.insert(name).second) next.push_back(found);
    }
  }
  return false;
}

}  // namespace guardd::decide_detail
