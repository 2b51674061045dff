// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/admission.hpp"

namespace guardd {

bool Admission::enter(uid_t uid, bool owner) {
  const auto found = by_uid_.find(uid);
  const std::size_t own = found == by_uid_.end() ? 0 : found->second;
  const bool room = owner ? total_ < limits_.total : total_ + limits_.reserved < limits_.total && own < limits_.per_uid;
  if (!room) return false;
  ++total_;
  ++by_uid_[uid];
  return true;
}

void Admission::leave(uid_t uid) {
  const auto found = by_uid_.find(uid);
  if (found == by_uid_.end()) return;
  --total_;
  if (--found->second == 0) by_uid_.erase(found);
}

}  // namespace guardd
