// SPDX-License-Identifier: Apache-2.0
#include "core/permit.hpp"

#include <array>
#include <utility>

#include "core/text.hpp"

namespace guardd {
namespace {

bool is_over(const Permit& permit) {
  return permit.state == PermitState::ended || permit.state == PermitState::interrupted;
}

/// A signal that ended a process, in the shell's way of saying it: bash(1), "EXIT STATUS".
constexpr int signal_base = 128;

std::string describe_end(int exit_status) {
  if (exit_status <= signal_base) return "ended with exit status " + std::to_string(exit_status);
  return "ended by signal " + std::to_string(exit_status - signal_base);
}

/// Over, with what is known of its end.
Permit close(Permit permit, std::string why_untold) {
  // Nobody told: as if it had been killed.
  constexpr int killed = signal_base + 9;
  const bool whole = !permit.began || is_whole(permit.operation, permit.exit_status.value_or(killed));
  permit.state = whole ? PermitState::ended : PermitState::interrupted;
  permit.why = permit.exit_status ? describe_end(*permit.exit_status) : std::move(why_untold);
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
  constexpr std::array<std::string_view, 7> names{"requested", "granted",     "running", "expired",
                                                  "revoked",   "interrupted", "ended"};
  return names.at(static_cast<std::size_t>(state));
}

bool is_under_way(const Permit& permit) { return !is_over(permit); }

bool is_valid(const Permit& permit) {
  return permit.state == PermitState::granted || permit.state == PermitState::running;
}

bool occupies(const Permit& permit) {
  return permit.state == PermitState::requested || is_valid(permit) || (permit.began && !is_over(permit));
}

bool is_whole(Operation operation, int exit_status) {
  if (operation == Operation::reboot) return true;
  return operation == Operation::wipe ? exit_status <= signal_base : exit_status == 0;
}

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

Result<Permit> end(Permit permit, int exit_status, bool command_lives) {
  const bool nobody_told = permit.state == PermitState::interrupted && !permit.exit_status;
  if (is_over(permit) && !nobody_told) return conflict(permit, "under way");
  permit.exit_status = exit_status;
  if (permit.has_command && permit.began && command_lives) return permit;
  return close(std::move(permit), "");
}

Result<Permit> revoke(Permit permit, std::string_view why) {
  if (!is_valid(permit)) return conflict(permit, "valid");
  constexpr std::size_t longest = 1000;  // it quotes what was seen
  permit.state = PermitState::revoked;
  permit.lapsed = printable(why, longest);
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
  if (permit.boot_id != now.boot_id) return close(std::move(permit), "the host was rebooted");
  const bool at_work = permit.began && (permit.has_command ? sight.command_lives : sight.holder_lives);
  if (!sight.holder_lives && !at_work) return close(std::move(permit), "its holder is gone");
  if (permit.began && !at_work && permit.exit_status) return close(std::move(permit), "");
  if (is_valid(permit) && is_late(permit, now)) {
    permit.state = PermitState::expired;
    permit.lapsed = "its time was over";
  }
  // A holder that lives tells how its command ended; not for ever.
  if (!is_valid(permit) && permit.began && !at_work) return close(std::move(permit), "its command is gone");
  return permit;
}

}  // namespace guardd
