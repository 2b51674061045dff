// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/approval.hpp"

namespace guardd {

struct HostRoot;

/// Who is asked whether a challenge was approved. Without signatures: only who could approve, and which host this is.
struct ApprovalInput {
  std::string allowed_signers;          ///< the signers' file, absolute
  std::string challenge;                ///< guardd's own bytes
  std::vector<std::string> signatures;  ///< of ssh-keygen(1), armoured, over them
  std::int64_t deadline_ms = 4000;
  std::string ssh_keygen = "/usr/bin/ssh-keygen";  ///< of openssh-client
};

struct ApprovalOutput {
  bool signers_absent = false;  ///< there is no such file
  std::string problem;          ///< why nobody can be asked, for people; empty: all is well
  std::vector<GoodSignature> good;
  std::string refused;  ///< why a signature is not good, for people; empty: all of them are

  std::string hostname;
  std::string machine_id;
};

/// Checks every signature with `ssh-keygen -Y verify` in the namespace "guardd", against signers that only root can
/// have named. Never throws for what it is given.
ApprovalOutput check_approval(const ApprovalInput& input, const HostRoot& host);

}  // namespace guardd
