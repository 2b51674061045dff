// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/boot_moment.hpp"
#include "core/facts.hpp"
#include "core/operation.hpp"
#include "core/request.hpp"
#include "core/result.hpp"

namespace guardd {

/// Where a permit stands.
enum class PermitState {
  requested,    ///< guardd is looking whether it may be; only its mirror knows
  granted,      ///< its holder may begin
  running,      ///< its command, or the holder itself, is at work
  expired,      ///< its time is over; what had begun may be at work still
  revoked,      ///< something happened on its scope; what had begun may be at work still
  interrupted,  ///< what had begun died half-way: the data may be half gone, until an operator says that it is not
  ended,
};
std::string_view to_string(PermitState state);

/// Who has a permit: a process that a reused number does not stand in for, proc_pid_stat(5).
struct PermitHolder {
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< field 22, since boot
  bool operator==(const PermitHolder&) const = default;
};

/// A disk that a permit is about: numbers are given anew to the next one, a sequence number never is in one boot
/// (Documentation/ABI/stable/sysfs-block, diskseq).
struct PermitDisk {
  DeviceNumber device;
  std::uint64_t diskseq = 0;
  bool operator==(const PermitDisk&) const = default;
};

/// A permit's time: an hour unless its holder asks for another one.
inline constexpr std::int64_t default_valid_s = 3600;
inline constexpr std::int64_t longest_valid_s = std::int64_t{24} * 3600;

/// A lease to run one operation on one scope, in this boot.
struct Permit {
  std::string id;  ///< "p1"; given by the ledger
  Operation operation = Operation::reinstall;
  bool whole_host = false;
  std::vector<Target> targets;  ///< never empty unless whole_host
  std::string reason;
  std::string by;
  PermitHolder holder;
  /// The holder runs a command in a cgroup of its own, and so the permit outlives its holder until that is empty. Else
  /// the holder is itself what is at work, from the grant on.
  bool has_command = false;
  std::string boot_id;
  std::int64_t granted_s = 0;        ///< CLOCK_REALTIME, seconds since the epoch: for people
  std::int64_t expires_boot_ms = 0;  ///< CLOCK_BOOTTIME, milliseconds; not valid any more from then on

  std::vector<PermitDisk> disks;      ///< under the targets that are block devices, when it was granted
  std::vector<std::string> accepted;  ///< refusals that were lifted when it was granted: those don't revoke it

  PermitState state = PermitState::requested;
  bool began = false;              ///< its command was started, or it has none
  std::string lapsed;              ///< why it was not valid to its end; for people
  std::string why;                 ///< how it ended, was interrupted or cleared; for people
  std::string cgroup;              ///< of its command, once it began: a path in the cgroup v2 hierarchy
  std::optional<int> exit_status;  ///< that its holder told; 128 + N where signal N ended the command
  bool operator==(const Permit&) const = default;
};

/// What was seen of a permit's holder and command. What is not known is taken for alive.
struct PermitSight {
  bool holder_lives = true;
  bool command_lives = true;  ///< its cgroup has processes; of no meaning without a command
};

/// Not over: its end is still to come.
bool is_under_way(const Permit& permit);
/// In force: the operation may begin or go on.
bool is_valid(const Permit& permit);
/// Something may be at work under it, whatever became of the lease: no other permit for an overlapping scope, no start
/// of a gated service.
bool occupies(const Permit& permit);

/// Whether an operation that ended so did all that it was to do. A reboot destroys nothing. A wipe that failed by
/// itself has told its caller; what a signal ended, and a reinstall that failed at all, left something half done.
bool is_whole(Operation operation, int exit_status);

/// The permit that was asked for, granted. Without a command it has begun.
Permit grant(Permit wanted);
/// The command is about to run in `cgroup`. Error "conflict": the permit is not valid (any more), so it must not.
Result<Permit> begin(Permit permit, std::string cgroup, const BootMoment& now);
/// The holder gives it back, and says how what ran has ended. Where processes of it still run (`command_lives`), the
/// permit goes on until they have ended too. Also after it had expired or was revoked, and where nobody had told of its
/// end and it was taken for interrupted. Error "conflict": it is over already.
Result<Permit> end(Permit permit, int exit_status, bool command_lives);
/// Something happened on its scope; of `why`, which may quote anything, so much is kept as can be stored and printed.
/// Error "conflict": it is not valid (any more).
Result<Permit> revoke(Permit permit, std::string_view why);
/// An operator says that the data of an interrupted operation is whole, or gone for good. Error "conflict".
Result<Permit> clear(Permit permit, std::string why);
/// What time and deaths make of it: expired, interrupted or ended. The same permit where nothing has changed.
Permit advance(Permit permit, const PermitSight& sight, const BootMoment& now);

}  // namespace guardd
