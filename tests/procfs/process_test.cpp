// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "procfs/cmdline.hpp"
#include "procfs/process_stat.hpp"
#include "procfs/process_status.hpp"

using namespace guardd;
using namespace std::string_literals;

namespace {

const std::string tail =
    " S 1 812 812 0 -1 4194560 1643 0 12 0 5 3 0 0 20 0 28 0 123456789 1800000 20000 18446744073709551615 1 1 0 0 0\n";

}  // namespace

TEST_CASE("stat of an ordinary process") {
  const auto stat = parse_stat("812 (mariadbd)" + tail);
  REQUIRE(stat);
  CHECK(stat->pid == 812);
  CHECK(stat->comm == "mariadbd");
  CHECK(stat->state == 'S');
  CHECK(stat->ppid == 1);
  CHECK(stat->num_threads == 28);
  CHECK(stat->start_ticks == 123456789);
  CHECK(stat->cpu_ticks == 8);
  CHECK(stat->address_space_bytes == 1800000);
  CHECK(stat->resident_pages == 20000);
  CHECK_FALSE(stat->kernel_thread());
  CHECK_FALSE(stat->leader_exited());
}

TEST_CASE("a comm that imitates the fields after it changes none of them") {
  const auto stat = parse_stat("812 (a) Z 9 (b) R 7)" + tail);
  REQUIRE(stat);
  CHECK(stat->comm == "a) Z 9 (b) R 7");
  CHECK(stat->state == 'S');
  CHECK(stat->ppid == 1);
}

TEST_CASE("the escapes of a comm are undone, other bytes are as they are") {
  CHECK(parse_stat("5 (a\\nb\\\\n)" + tail)->comm == "a\nb\\n");
  CHECK(parse_stat("5 (\\)" + tail)->comm == "\\");
  CHECK(parse_stat("5 (\xff\x1b[2J)" + tail)->comm == "\xff\x1b[2J");
  CHECK(parse_stat("5 ()" + tail)->comm.empty());
}

TEST_CASE("a kernel thread and an exited leader are told apart") {
  CHECK(parse_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n")->kernel_thread());
  const auto zombie = parse_stat("9 (x) Z 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 2 0 5 0 0\n");
  CHECK(zombie->leader_exited());
  CHECK(zombie->num_threads == 2);
}

TEST_CASE("a stat that was cut off or is none is an error") {
  const std::string whole = "812 (mariadbd)" + tail;
  // Cut before the end of field 22, or without its newline, it must not give a value.
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse_stat(whole.substr(0, length)));
  }
  CHECK(parse_stat("x (a)" + tail).error().code == "bad_stat");
  CHECK_FALSE(parse_stat("812 mariadbd" + tail));
  CHECK_FALSE(parse_stat("812 (mariadbd) SS 1 812\n"));
}

TEST_CASE("status") {
  const auto status = parse_status(
      "Name:\tx\\nUid:\t0\t0\t0\t0\nUid:\t1000\t105\t105\t105\nGid:\t0\t0\t0\t0\nCapEff:\t000001fffeffffff\n");
  REQUIRE(status);
  CHECK(status->uid == 105);
  CHECK(status->cap_eff == 0x1fffeffffff);
}

TEST_CASE("a status without what is needed is an error") {
  CHECK(parse_status("").error().message == "status: no line Uid");
  CHECK(parse_status("Uid:\t0\t0\t0\t0\n").error().message == "status: no line CapEff");
  CHECK_FALSE(parse_status("Uid:\t0\nCapEff:\t0\n"));
  CHECK_FALSE(parse_status("Uid:\t0\t0\t0\t0\nCapEff:\t0x1\n"));
}

TEST_CASE("command lines") {
  std::vector<std::string_view> arguments{"left over"};
  parse_cmdline("", arguments);
  CHECK(arguments.empty());
  const std::string three = "mariadbd\0--datadir\0/srv/a b\0"s;
  parse_cmdline(three, arguments);
  CHECK(arguments == std::vector<std::string_view>{"mariadbd", "--datadir", "/srv/a b"});
  const std::string title = "postgres: 15/main: checkpointer \0\0\0\0"s;
  parse_cmdline(title, arguments);
  CHECK(arguments == std::vector<std::string_view>{"postgres: 15/main: checkpointer "});
  const std::string empty_one = "a\0\0b"s;
  parse_cmdline(empty_one, arguments);
  CHECK(arguments == std::vector<std::string_view>{"a", "", "b"});
}

TEST_CASE("the number of arguments is bounded") {
  std::vector<std::string_view> arguments;
  std::string text;
  for (std::size_t i = 0; i < max_arguments; ++i) text += "x\0"s;
  parse_cmdline(text, arguments);
  CHECK(arguments.size() == max_arguments);
  text += "x\0"s;
  parse_cmdline(text, arguments);
  CHECK(arguments.size() == max_arguments);
}
