// SPDX-License-Identifier: Apache-2.0
#include "core/override.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

namespace guardd {
namespace {

std::string number_text(const std::optional<DeviceNumber>& device) {
  return device ? std::to_string(device->major) + ":" + std::to_string(device->minor) : "of no known number";
}

/// "/dev/sdb, block device 8:16"; "/srv/old, on device 254:1, inode 42".
std::string target_text(const Target& target) {
  std::string text = target.path + (target.block_device ? ", block device " : ", on device ");
  text += number_text(target.device);
  if (target.inode) text += ", inode " + std::to_string(*target.inode);
  return text;
}

using TargetKey = std::tuple<std::string, bool, std::optional<DeviceNumber>, std::optional<std::uint64_t>>;

std::vector<TargetKey> scope_of(const std::vector<Target>& targets) {
  std::vector<TargetKey> scope;
  scope.reserve(targets.size());
  for (const Target& target : targets) {
    scope.emplace_back(target.path, target.block_device, target.device, target.inode);
  }
  std::ranges::sort(scope);
  scope.erase(std::unique(scope.begin(), scope.end()), scope.end());
  return scope;
}

Error conflict(const Override& override_, std::string_view wanted) {
  return {"conflict", "override " + override_.id + " is " + std::string(to_string(override_.state)) + ", not " +
                          std::string(wanted)};
}

}  // namespace

std::string_view to_string(OverrideState state) {
  constexpr std::array<std::string_view, 4> names{"requested", "applied", "spent", "expired"};
  return names.at(static_cast<std::size_t>(state));
}

std::string_view operation_name(const Override& override_) {
  return override_.dataset.empty() ? to_string(override_.operation) : "release";
}

std::string describe(const Override& override_) {
  return "override " + override_.id + ", approved by " + names_of(override_.approvals) + ": " + override_.reason;
}

OverrideState state_at(const Override& override_, const BootMoment& now) {
  if (override_.state == OverrideState::spent) return OverrideState::spent;
  // A boot that nobody knows is no boot that this could be of.
  const bool this_boot = !now.boot_id.empty() && override_.boot_id == now.boot_id;
  // A clock that stands before the request is not the one that it was made by.
  const bool in_time = now.boot_ms >= override_.requested_boot_ms && now.boot_ms < override_.expires_boot_ms;
  return this_boot && in_time ? override_.state : OverrideState::expired;
}

Challenge challenge_of(const Override& override_) {
  Challenge challenge{.host = override_.host,
                      .machine_id = override_.machine_id,
                      .boot_id = override_.boot_id,
                      .operation = std::string(operation_name(override_)),
                      .subject = {},
                      .reason = override_.reason,
                      .by = override_.by,
                      .nonce = override_.nonce,
                      .requested_s = override_.requested_s,
                      .valid_s = (override_.expires_boot_ms - override_.requested_boot_ms) / 1000,
                      .expires_boot_ms = override_.expires_boot_ms};
  if (!override_.dataset.empty()) {
    challenge.subject = {{"dataset", override_.dataset}, {"data", override_.dataset_name}};
    return challenge;
  }
  challenge.subject.emplace_back("scope", override_.whole_host ? "host" : "targets");
  for (const Target& target : override_.targets) challenge.subject.emplace_back("target", target_text(target));
  return challenge;
}

bool is_about(const Override& override_, const CheckRequest& request) {
  return override_.dataset.empty() && override_.operation == request.operation &&
         override_.whole_host == request.whole_host && scope_of(override_.targets) == scope_of(request.targets);
}

const Override* approval_of_release(const std::vector<Override>& overrides, std::string_view dataset,
                                    std::string_view machine_id, const BootMoment& now) {
  const auto found = std::ranges::find_if(overrides, [&](const Override& one) {
    return !dataset.empty() && one.dataset == dataset && one.machine_id == machine_id &&
           state_at(one, now) == OverrideState::applied;
  });
  return found == overrides.end() ? nullptr : &*found;
}

Result<Override> apply(Override override_, std::vector<Approval> approvals, std::string by) {
  if (override_.state != OverrideState::requested) return conflict(override_, "waiting for its approval");
  override_.state = OverrideState::applied;
  override_.approvals = std::move(approvals);
  override_.applied_by = std::move(by);
  return override_;
}

Result<Override> spend(Override override_) {
  if (override_.state != OverrideState::applied) return conflict(override_, "applied");
  override_.state = OverrideState::spent;
  return override_;
}

std::vector<Override> with_unspent(std::vector<Override> overrides, const std::vector<Override>& before,
                                   std::string_view id) {
  for (Override& one : overrides) {
    const auto was = std::ranges::find(before, one.id, &Override::id);
    if (one.id == id && was != before.end()) one = *was;
  }
  return overrides;
}

std::string why_not_typed(const Override& override_, std::string_view nonce, std::string_view host) {
  if (override_.nonce.empty() || nonce != override_.nonce) return "that is not the nonce of this request";
  if (override_.host.empty() || host != override_.host) return "this host is not called that";
  return "";
}

}  // namespace guardd
