// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

bool names_subject(const Exception& exception, const Reason& reason, std::uint64_t host_mnt_ns) {
  if (exception.path.empty()) return true;
  // A container may have a directory of the same name: the exception speaks of the host's.
  if (reason.dataset) return reason.dataset->path == exception.path && reason.dataset->mnt_ns == host_mnt_ns;
  const auto is_subject = [&](const Evidence& one) { return one.file == exception.path; };
  return !reason.evidence.empty() && std::ranges::all_of(reason.evidence, is_subject);
}

/// Only what a policy rule refused can be excepted: never the host's identity, a hold, or what is not known.
bool lifts(const Exception& exception, const Reason& reason, const Weighing& weighing) {
  if (reason.rule == "builtin" || reason.outcome != Outcome::refuse) return false;
  if (exception.until_s && *exception.until_s <= weighing.now.wall_s) return false;
  if (!exception.rule.empty() && exception.rule != reason.rule) return false;
  if (!exception.service.empty() && (!reason.dataset || reason.dataset->service != exception.service)) return false;
  return names_subject(exception, reason, weighing.snapshot.host_mnt_ns);
}

}  // namespace

void lift_by_exceptions(Weighing& weighing, std::vector<Lifted>& lifted) {
  const auto lifting = [&](const Reason& reason) {
    return std::ranges::find_if(weighing.policy.exceptions,
                                [&](const Exception& e) { return lifts(e, reason, weighing); });
  };
  std::vector<Reason> kept;
  for (Reason& reason : weighing.reasons) {
    const auto exception = lifting(reason);
    if (exception == weighing.policy.exceptions.end()) {
      kept.push_back(std::move(reason));
    } else {
      lifted.push_back({std::move(reason), "exception in " + exception->file + ": " + exception->reason});
    }
  }
  weighing.reasons = std::move(kept);
}

}  // namespace guardd::decide_detail
