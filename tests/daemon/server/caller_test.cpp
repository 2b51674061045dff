// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/caller.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "os/fd.hpp"

using namespace guardd;

TEST_CASE("root, guardd's own user and operators see everything, others a summary") {
  const Trust trust{.own_uid = 500, .operators = 77};
  const auto detail = [&](uid_t uid, gid_t gid, std::vector<gid_t> groups) {
    return trust.detail(Peer{uid, gid, 1, std::move(groups)});
  };
  CHECK(detail(0, 0, {}) == Detail::full);
  CHECK(detail(500, 500, {}) == Detail::full);
  CHECK(detail(1000, 77, {}) == Detail::full);
  CHECK(detail(1000, 1000, {4, 77}) == Detail::full);
  CHECK(detail(1000, 1000, {4, 78}) == Detail::summary);
  CHECK(detail(65534, 65534, {}) == Detail::summary);
}

TEST_CASE("without an operators' group no group opens anything, not even root's") {
  const Trust trust{.own_uid = 0, .operators = {}};
  CHECK(trust.detail(Peer{1000, 0, 1, {0}}) == Detail::summary);
}

TEST_CASE("a group of askers shuts others out, and nobody who sees everything") {
  const Trust trust{.own_uid = 500, .operators = 77, .askers = 88};
  CHECK(trust.may_ask(Peer{0, 0, 1, {}}));
  CHECK(trust.may_ask(Peer{500, 500, 1, {}}));
  CHECK(trust.may_ask(Peer{1000, 1000, 1, {77}}));
  CHECK(trust.may_ask(Peer{1000, 88, 1, {}}));
  CHECK(trust.may_ask(Peer{1000, 1000, 1, {4, 88}}));
  CHECK_FALSE(trust.may_ask(Peer{1000, 1000, 1, {4, 89}}));
  CHECK(Trust{.own_uid = 0, .operators = 77}.may_ask(Peer{1000, 1000, 1, {}}));
}

TEST_CASE("the kernel says who the peer is; what is no Unix socket has none") {
  std::array<int, 2> pair{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  const Fd left(pair[0]);
  const Fd right(pair[1]);
  const Result<Peer> peer = read_peer(left.get());
  REQUIRE(peer.ok());
  CHECK(peer->uid == ::geteuid());
  CHECK(peer->gid == ::getegid());
  CHECK(peer->pid == ::getpid());
  std::vector<gid_t> own(static_cast<std::size_t>(::getgroups(0, nullptr)));
  REQUIRE(::getgroups(static_cast<int>(own.size()), own.data()) == static_cast<int>(own.size()));
  CHECK(peer->groups == own);

  const Fd null(::open("/dev/null", O_RDONLY));
  CHECK_FALSE(read_peer(null.get()).ok());
  const Fd inet(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK_FALSE(read_peer(inet.get()).ok());
}
