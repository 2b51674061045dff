// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/audit.hpp"
#include "core/result.hpp"
#include "core/wire.hpp"

namespace guardd {

/// Who is at the other end of a connection, as the kernel says.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
  std::vector<gid_t> groups;  ///< supplementary
};

/// SO_PEERCRED and SO_PEERGROUPS of a connected Unix socket. A caller that can't be read is an error and never a
/// default.
Result<Peer> read_peer(int socket);

/// Who may see what.
struct Trust {
  uid_t own_uid = 0;
  std::optional<gid_t> operators;
  std::optional<gid_t> askers = {};  ///< who may ask besides those; absent: everybody

  /// Root and guardd's own user: what is reserved is for them.
  [[nodiscard]] bool is_owner(uid_t uid) const { return uid == 0 || uid == own_uid; }
  [[nodiscard]] Detail detail(const Peer& peer) const;
  [[nodiscard]] bool may_ask(const Peer& peer) const;
};

/// What the audit trail says of a caller, once it was wanted.
using KnownActor = std::shared_ptr<std::optional<Actor>>;

/// The caller of one request.
struct Caller {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
  Detail detail = Detail::summary;
  bool may_ask = true;                                          ///< for a verdict
  KnownActor actor = std::make_shared<std::optional<Actor>>();  ///< one for all requests of a connection
};

}  // namespace guardd
