// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/caller.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_groups = 65536;  // NGROUPS_MAX of Linux

Result<std::vector<gid_t>> read_groups(int socket) {
  std::vector<gid_t> groups(64);
  while (true) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
      groups.resize(size / sizeof(gid_t));
      return groups;
    }
    // ERANGE comes with the size that is needed.
    if (errno != ERANGE || size / sizeof(gid_t) > max_groups) return os_error(errno, "SO_PEERGROUPS");
    groups.resize(size / sizeof(gid_t));
  }
}

bool is_in(const Peer& peer, const std::optional<gid_t>& group) {
  return group && (peer.gid == *group || std::ranges::find(peer.groups, *group) != peer.groups.end());
}

}  // namespace

Result<Peer> read_peer(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return os_error(errno, "SO_PEERCRED");
  if (size != sizeof(credentials) || credentials.uid == static_cast<uid_t>(-1))
    return Error{"peer", "SO_PEERCRED says nothing"};
  Result<std::vector<gid_t>> groups = read_groups(socket);
  if (!groups) return groups.error();
  return Peer{credentials.uid, credentials.gid, credentials.pid, std::move(*groups)};
}

Detail Trust::detail(const Peer& peer) const {
  return is_owner(peer.uid) || is_in(peer, operators) ? Detail::full : Detail::summary;
}

bool Trust::may_ask(const Peer& peer) const { return !askers || detail(peer) == Detail::full || is_in(peer, askers); }

}  // namespace guardd
