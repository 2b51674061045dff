// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {

/// Which devices nothing else answers for: those whose signature is to be judged.
class Unvouched {
 public:
  explicit Unvouched(const Weighing& weighing);

  /// What was found on it, each fact about it; empty when it was not looked into.
  [[nodiscard]] std::vector<const SignatureFact*> signatures(const BlockDeviceFact& device) const;

  /// Whether what it carries is to be judged here: it can be written, and neither the system uses it (mounted in any
  /// namespace, swapped on) nor does something stand on it that is judged in its place.
  [[nodiscard]] bool is_unvouched(const BlockDeviceFact& device) const;

  /// A member of a pool of which a dataset is mounted: ZFS names the pool in both, the member's label and the mount's
  /// source (zpl_show_devname() in OpenZFS). Two pools of one name can't be told apart so.
  [[nodiscard]] bool is_in_mounted_pool(const Signature& member) const;

 private:
  [[nodiscard]] bool is_used(const BlockDeviceFact& device) const;
  [[nodiscard]] std::vector<const BlockDeviceFact*> above(const BlockDeviceFact& device) const;
  [[nodiscard]] bool is_covered(const BlockDeviceFact& device) const;
  [[nodiscard]] bool is_writable(const BlockDeviceFact& device) const;

  const Weighing& weighing_;
  std::set<DeviceNumber> mounted_;
  std::map<DeviceNumber, std::vector<const SignatureFact*>> signatures_;
};

}  // namespace guardd::decide_detail
