// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

using namespace guardd;

namespace {

struct Pair {
  Pair() {
    std::array<int, 2> fds{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds.data()) == 0);
    left.reset(fds[0]);
    right.reset(fds[1]);
  }
  Fd left;
  Fd right;
};

}  // namespace

TEST_CASE("a packet arrives whole, its descriptors close-on-exec") {
  const Pair pair;
  const Fd null(::open("/dev/null", O_RDONLY));
  const std::array<int, 2> fds{null.get(), pair.left.get()};
  const WorkerEvent event{7, EventKind::ended, 9};
  REQUIRE(send_packet(pair.left.get(), &event, sizeof(event), fds));
  const auto packet = receive_packet(pair.right.get());
  REQUIRE(packet.ok());
  WorkerEvent received;
  REQUIRE(message_of(*packet, received) != nullptr);
  CHECK(received.id == 7);
  CHECK(received.value == 9);
  REQUIRE(packet->fds.size() == 2);
  CHECK((::fcntl(packet->fds[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
  struct stat sent {};
  struct stat got {};
  REQUIRE(::fstat(null.get(), &sent) == 0);
  REQUIRE(::fstat(packet->fds[0].get(), &got) == 0);
  CHECK(sent.st_rdev == got.st_rdev);
}

TEST_CASE("nothing there, the end, and another message's size are told apart") {
  Pair pair;
  CHECK(receive_packet(pair.right.get()).error().code == "eagain");
  REQUIRE(send_packet(pair.left.get(), "abc", 3, {}));
  const auto packet = receive_packet(pair.right.get());
  REQUIRE(packet.ok());
  WorkerEvent event;
  CHECK(message_of(*packet, event) == nullptr);
  pair.left.reset();
  const auto end = receive_packet(pair.right.get());
  REQUIRE(end.ok());
  CHECK(end->bytes.empty());
}

TEST_CASE("a packet that is too large is an error, not a part of it") {
  const Pair pair;
  const std::string large(300, 'x');
  CHECK_FALSE(send_packet(pair.left.get(), large.data(), large.size(), {}));
  REQUIRE(::send(pair.left.get(), large.data(), large.size(), 0) == 300);
  CHECK(receive_packet(pair.right.get()).error().code == "truncated");
}
