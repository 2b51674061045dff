// SPDX-License-Identifier: Apache-2.0
#include "core/permit_activity.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/locate.hpp"
#include "core/text.hpp"

namespace guardd {
namespace {

constexpr std::array<std::string_view, 5> of_services{"dataset.active", "role.primary", "replicas.attached",
                                                      "clients.connected", "hold.active"};
constexpr std::array<std::string_view, 2> of_devices{"device.in_use", "mount.unrecognised"};

/// One refusal, so that it is known again in a later look. Fit to be stored, whatever a file is called.
std::string name_of(const Reason& reason) {
  constexpr std::size_t longest = 500;
  std::string name = reason.code + " " + reason.rule;
  if (reason.dataset) return printable(name + " " + reason.dataset->id, longest);
  for (const Evidence& one : reason.evidence) name += " " + one.file;
  return printable(name, longest);
}

bool is_ordinary(std::uint32_t uid) {
  return uid >= first_ordinary_uid && (uid < first_dynamic_uid || uid > last_dynamic_uid);
}

/// Whose doing is none of the permit's concern.
std::set<std::int32_t> left_out(const Permit& permit, const Snapshot& snapshot) {
  std::set<std::int32_t> pids;
  if (!permit.began) return pids;
  for (const ProcessFact& process : snapshot.processes) {
    const bool own = permit.has_command ? is_within(process.cgroup, permit.cgroup) : process.pid == permit.holder.pid;
    if (own || is_ordinary(process.uid)) pids.insert(process.pid);
  }
  return pids;
}

template <typename Facts>
void drop(Facts& facts, const std::set<std::int32_t>& pids) {
  std::erase_if(facts, [&](const auto& fact) { return pids.contains(fact.pid); });
}

/// The host without those processes and what they do.
Snapshot without(Snapshot snapshot, const std::set<std::int32_t>& pids) {
  drop(snapshot.processes, pids);
  drop(snapshot.open_files, pids);
  drop(snapshot.listeners, pids);
  drop(snapshot.roles, pids);
  for (DataDirectoryFact& directory : snapshot.directories) drop(directory.uses, pids);
  return snapshot;
}

/// What a running wipe makes of its own disk: a label, and whatever looks at that (udev) has it open for a moment.
Snapshot without_stacks(Snapshot snapshot) {
  snapshot.open_devices.clear();
  for (BlockDeviceFact& device : snapshot.devices) device.holders.clear();
  return snapshot;
}

std::string swapped_disk(const Permit& permit, const Snapshot& snapshot) {
  for (const PermitDisk& disk : permit.disks) {
    const auto found = std::ranges::find(snapshot.devices, disk.device, &BlockDeviceFact::device);
    // One that is gone has nothing that could be destroyed.
    if (found != snapshot.devices.end() && found->diskseq != disk.diskseq)
      return "/dev/" + found->name + " is another disk than the one that the permit was granted for";
  }
  return "";
}

}  // namespace

std::vector<std::string> accepted_of(const Verdict& verdict) {
  std::vector<std::string> names;
  for (const Lifted& one : verdict.lifted) {
    if (names.size() < max_accepted) names.push_back(name_of(one.reason));
  }
  return names;
}

std::string new_activity(const Permit& permit, const Snapshot& snapshot, const Policy& policy, const Ledger& ledger,
                         Now now) {
  if (std::string swapped = swapped_disk(permit, snapshot); !swapped.empty()) return swapped;
  Snapshot seen = without(snapshot, left_out(permit, snapshot));
  if (permit.began) seen = without_stacks(std::move(seen));
  Ledger holds;
  holds.latest_s = ledger.latest_s;
  holds.holds = ledger.holds;
  CheckRequest request;
  request.operation = permit.operation;
  request.whole_host = permit.whole_host;
  request.targets = permit.targets;
  const Verdict verdict = decide(seen, policy, holds, request, now);
  const bool devices_count = !permit.began || permit.operation != Operation::reinstall;
  const auto is_news = [&](const Reason& reason) {
    const bool of_service = std::ranges::find(of_services, reason.code) != of_services.end();
    const bool of_device = std::ranges::find(of_devices, reason.code) != of_devices.end();
    if (reason.outcome != Outcome::refuse || (!of_service && !(of_device && devices_count))) return false;
    if (reason.dataset && !policy.services.contains(reason.dataset->service)) return false;
    return std::ranges::find(permit.accepted, name_of(reason)) == permit.accepted.end();
  };
  const auto news = std::ranges::find_if(verdict.reasons, is_news);
  return news == verdict.reasons.end() ? "" : news->message;
}

}  // namespace guardd
