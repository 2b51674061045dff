// SPDX-License-Identifier: Apache-2.0
#include "daemon/kernel_events/proc_message.hpp"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

using namespace guardd;
using Kind = ProcMessage::Kind;

namespace {

/// As linux/cn_proc.h has it, of 76 bytes: captured from Linux 6.18, which sends so many for each kind of event.
std::vector<std::byte> datagram(std::uint32_t what, std::int32_t thread, std::int32_t process) {
  std::vector<std::byte> bytes(76);
  const auto put = [&](std::size_t at, const auto& value) { std::memcpy(bytes.data() + at, &value, sizeof(value)); };
  nlmsghdr header{};
  header.nlmsg_len = 76;
  header.nlmsg_type = NLMSG_DONE;
  put(0, header);
  cn_msg connector{};
  connector.id = {CN_IDX_PROC, CN_VAL_PROC};
  connector.len = 40;
  put(16, connector);
  put(36, what);
  put(52, thread);
  put(56, process);
  return bytes;
}

}  // namespace

TEST_CASE("a message of the proc connector says what became of which process") {
  const auto parsed = [](std::uint32_t what) { return parse_proc_message(datagram(what, 812, 800)).value(); };
  CHECK(parsed(proc_event::PROC_EVENT_EXEC) == ProcMessage{Kind::program, 800, 0});
  CHECK(parsed(proc_event::PROC_EVENT_COMM) == ProcMessage{Kind::name, 800, 0});
  CHECK(parsed(proc_event::PROC_EVENT_UID) == ProcMessage{Kind::user, 800, 0});
  CHECK(parsed(proc_event::PROC_EVENT_GID) == ProcMessage{Kind::user, 800, 0});
  CHECK(parsed(proc_event::PROC_EVENT_FORK).kind == Kind::other);
  CHECK(parsed(proc_event::PROC_EVENT_EXIT).kind == Kind::other);
  CHECK(parsed(0x400).kind == Kind::other);  // what a kernel to come may tell
}

TEST_CASE("a subscription that the kernel refuses is not taken for one that it granted") {
  CHECK(parse_proc_message(datagram(proc_event::PROC_EVENT_NONE, 0, 0)).value() ==
        ProcMessage{Kind::acknowledged, 0, 0});
  CHECK(parse_proc_message(datagram(proc_event::PROC_EVENT_NONE, 1, 0)).value() ==
        ProcMessage{Kind::acknowledged, 0, 1});
}

TEST_CASE("what is cut short or another connector's is malformed") {
  std::vector<std::byte> bytes = datagram(proc_event::PROC_EVENT_EXEC, 812, 800);
  for (std::size_t size = 0; size < 60; ++size) {
    INFO(size);
    CHECK_FALSE(parse_proc_message({bytes.data(), size}).ok());
  }
  nlmsghdr header{};
  std::memcpy(&header, bytes.data(), sizeof(header));
  header.nlmsg_len = 77;
  std::memcpy(bytes.data(), &header, sizeof(header));
  CHECK_FALSE(parse_proc_message(bytes).ok());

  bytes = datagram(proc_event::PROC_EVENT_EXEC, 812, 800);
  bytes[16] = std::byte{9};
  CHECK_FALSE(parse_proc_message(bytes).ok());
}
