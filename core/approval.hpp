// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"

/// What people put their names to, and whether enough of them did. Knows nothing of what it is that they approve.
namespace guardd {

/// Everything that an approval is bound to. Made of guardd's own record, never of what an approver sends.
struct Challenge {
  std::string host;
  std::string machine_id;
  std::string boot_id;
  std::string operation;  ///< "reinstall"
  /// Of what, a line each: {"scope", "targets"}, {"target", "/dev/sdb, block device 8:16"}.
  std::vector<std::pair<std::string, std::string>> subject;
  std::string reason;
  std::string by;
  std::string nonce;
  std::int64_t requested_s = 0;  ///< CLOCK_REALTIME, seconds since the epoch: for people
  std::int64_t valid_s = 0;
  std::int64_t expires_boot_ms = 0;  ///< CLOCK_BOOTTIME, milliseconds: what counts
};

/// The bytes that are signed: lines of "name: value" in a fixed order, each with a newline behind it. Values are
/// printable(), whole, so that none of them makes a line of its own.
std::string challenge_text(const Challenge& challenge);

/// One who approved.
struct Approval {
  std::string principal;  ///< the name in the signers' file; without signers, who the kernel says it was
  std::string key;        ///< fingerprint, "SHA256:..."; empty where nothing was signed
  bool operator==(const Approval&) const = default;
};

/// "ann and bob", for messages.
std::string names_of(const std::vector<Approval>& approvals);

/// A signature that was found good over the challenge.
struct GoodSignature {
  std::string key;                 ///< fingerprint
  std::vector<std::string> names;  ///< every name of a signer that it is good for; the first is the one to tell of
  bool operator==(const GoodSignature&) const = default;
};

/// Those who approved, when they are at least `needed` people. Signatures that share a key or a name are one person's,
/// and so are those that a third one joins. Error "not_approved": they are not enough.
Result<std::vector<Approval>> count_people(const std::vector<GoodSignature>& signatures, std::size_t needed);

}  // namespace guardd
