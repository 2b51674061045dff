// SPDX-License-Identifier: Apache-2.0
#include "core/permit.hpp"

#include <array>
#include <utility>

namespace guardd {
namespace {

bool is_over(const Permit& permit) {
  return permit.state == PermitState::ended || permit.state == PermitState::interrupted;
}

/// A reboot that was cut short left no half-destroyed data.
bool destroys(Operation operation) { return operation != Operation::reboot; }

Permit close(Permit permit, bool whole, std::string why) {
  permit.state = whole || !permit.began || !destroys(permit.operation) ? PermitState::ended : PermitState::interrupted;
  permit.why = std::move(why);
  return permit;
}

Error conflict(const Permit& permit, std::string_view wanted) {
  return {"conflict",
          "permit " + permit.id + " is " + std::string(to_string(permit.state)) + ", not " + std::string(wanted)};
}

bool is_late(const Permit& permit, const BootMoment& now) {
  return permit.boot_id != now.boot_id || now.boot_ms >= permit.expires_boot_ms;
}

}  // namespace

std::string_view to_string(PermitState state) {
  constexpr std::array<std::string_view, 6> names{"granted", "running", "expired", "revoked", "interrupted", "ended"};
  return names.at(static_cast<std::size_t>(state));
}

bool is_valid(const Permit& permit) {
  return permit.state == PermitState::granted || permit.state == PermitState::running;
}

bool occupies(const Permit& permit) { return is_valid(permit) || (permit.began && !is_over(permit)); }

Permit grant(Permit wanted) {
  wanted.began = !wanted.has_command;
  wanted.state = wanted.began ? PermitState::running : PermitState::granted;
  return wanted;
}

Result<Permit> begin(Permit permit, std::string cgroup, const BootMoment& now) {
  if (permit.state != PermitState::granted || is_late(permit, now)) return conflict(permit, "valid and unused");
  permit.state = PermitState::running;
  permit.began = true;
  permit.cgroup = std::move(cgroup);
  return permit;
}

Result<Permit> end(Permit permit, bool whole, std::string why) {
  const bool was_taken_for_dead = permit.state == PermitState::interrupted && whole;
  if (is_over(permit) && !was_taken_for_dead) return conflict(permit, "under way");
  return close(std::move(permit), whole, std::move(why));
}

Result<Permit> revoke(Permit permit, std::string why) {
  if (!is_valid(permit)) return conflict(permit, "valid");
  permit.state = PermitState::revoked;
  permit.why = std::move(why);
  return permit;
}

Result<Permit> clear(Permit permit, std::string why) {
  if (permit.state != PermitState::interrupted) return conflict(permit, "interrupted");
  permit.state = PermitState::ended;
  permit.why = std::move(why);
  return permit;
}

Permit advance(Permit permit, const PermitSight& sight, const BootMoment& now) {
  if (is_over(permit)) return permit;
  if (permit.boot_id != now.boot_id) return close(std::move(permit), false, "the host was rebooted");
  const bool at_work = permit.began && (permit.has_command ? sight.command_lives : sight.holder_lives);
  if (!sight.holder_lives && !at_work) return close(std::move(permit), false, "its holder is gone");
  if (is_valid(permit) && is_late(permit, now)) permit.state = PermitState::expired;
  // A holder that lives tells how its command ended; not for ever.
  if (!is_valid(permit) && permit.began && !at_work) return close(std::move(permit), false, "its command is gone");
  return permit;
}

}  // namespace guardd
