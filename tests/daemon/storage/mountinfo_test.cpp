// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "daemon/storage/mountinfo.hpp"

namespace guardd {
namespace {

MountFact one(const std::string& line) {
  const Result<std::vector<MountFact>> mounts = parse_mountinfo(line + "\n", 7);
  REQUIRE(mounts);
  REQUIRE(mounts->size() == 1);
  return mounts->front();
}

std::string refused(const std::string& text) {
  const Result<std::vector<MountFact>> mounts = parse_mountinfo(text, 7);
  return mounts ? "" : mounts.error().code;
}

constexpr const char* plain = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue";

TEST_CASE("the manual page's line") {
  const MountFact mount = one(plain);
  CHECK(mount.mnt_ns == 7);
  CHECK(mount.id == 36);
  CHECK(mount.parent == 35);
  CHECK(mount.device == DeviceNumber{98, 0});
  CHECK(mount.root == "/mnt1");
  CHECK(mount.mountpoint == "/mnt2");
  CHECK(mount.fstype == "ext3");
  CHECK(mount.source == "/dev/root");
  CHECK(mount.writable);
  CHECK(mount.upperdir.empty());
}

TEST_CASE("no optional field, and several") {
  CHECK(one("22 27 0:21 / /proc rw,relatime - proc proc rw").mountpoint == "/proc");
  CHECK(one("22 27 0:21 / /a rw shared:3 master:4 propagate_from:2 - tmpfs tmpfs rw").fstype == "tmpfs");
  CHECK(one("22 27 0:21 / /a rw unbindable - tmpfs tmpfs rw").fstype == "tmpfs");
}

TEST_CASE("octal escapes are undone") {
  const MountFact mount = one(R"(1 2 8:1 / /a\040b\011c\012d\134e\377 rw - ext4 /dev/\040x rw)");
  CHECK(mount.mountpoint == "/a b\tc\nd\\e\xFF");
  CHECK(mount.source == "/dev/ x");
}

TEST_CASE("a mountpoint may be called (deleted)") {
  CHECK(one(R"(1 2 8:1 / /a\040(deleted) rw - ext4 x rw)").mountpoint == "/a (deleted)");
}

TEST_CASE("the source may be empty") { CHECK(one("1 2 0:40 / /a rw - tmpfs  rw,size=4k").source.empty()); }

TEST_CASE("writable needs both the mount and the superblock to be") {
  CHECK_FALSE(one("1 2 8:1 / /a ro,relatime - ext4 /dev/sda1 rw").writable);
  CHECK_FALSE(one("1 2 8:1 / /a rw,relatime - ext4 /dev/sda1 ro").writable);
  CHECK_FALSE(one("1 2 8:1 / /a ro - ext4 /dev/sda1 ro").writable);
}

TEST_CASE("overlay's upperdir, also with a comma in it") {
  CHECK(one("1 2 0:40 / /a rw - overlay overlay rw,lowerdir=/l1:/l2,upperdir=/u/diff,workdir=/w").upperdir ==
        "/u/diff");
  CHECK(one(R"(1 2 0:40 / /a rw - overlay overlay rw,upperdir=/u\054v\040w,workdir=/w)").upperdir == "/u,v w");
  CHECK(one("1 2 0:40 / /a ro - overlay overlay ro,lowerdir=/l1:/l2").upperdir.empty());
  CHECK(one("1 2 0:40 / /a rw - tmpfs x rw,upperdir=/forged").upperdir.empty());
}

TEST_CASE("superblock options may hold spaces") {
  CHECK(one("1 2 8:1 / /a rw - ext4 x rw,context=a b").fstype == "ext4");
}

TEST_CASE("nothing is no mounts") {
  const Result<std::vector<MountFact>> mounts = parse_mountinfo("", 7);
  REQUIRE(mounts);
  CHECK(mounts->empty());
}

TEST_CASE("a line that can't be read refuses the whole") {
  const std::string line(plain);
  CHECK(refused(line) == "bad_mountinfo");  // no newline: cut short
  CHECK(refused(line + "\n\n") == "bad_mountinfo");
  CHECK(refused(line + "\n# comment\n") == "bad_mountinfo");
  CHECK(refused("x 2 8:1 / /a rw - ext4 x rw\n") == "bad_mountinfo");
  CHECK(refused("1 2 8-1 / /a rw - ext4 x rw\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:99999999999 / /a rw - ext4 x rw\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:1 / /a rw ext4 x rw\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:1 / /a rw - ext4 x\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:1 / /a rw - ext4 x maybe\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:1 / /a noatime - ext4 x rw\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:1 / /a\\04 rw - ext4 x rw\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:1 / /a\\999 rw - ext4 x rw\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:1 / /a\\777 rw - ext4 x rw\n") == "bad_mountinfo");
  CHECK(refused("1 2 8:1 / /a rw -  x rw\n") == "bad_mountinfo");
}

TEST_CASE("bound on mounts, both sides") {
  std::string text;
  for (std::size_t i = 0; i < max_mounts; ++i) text += "1 2 8:1 / /a rw - ext4 x rw\n";
  CHECK(refused(text).empty());
  CHECK(refused(text + "1 2 8:1 / /a rw - ext4 x rw\n") == "too_big");
}

TEST_CASE("this process's own table has its root") {
  const Result<std::vector<MountFact>> mounts = read_mountinfo(::getpid(), 7, HostRoot{});
  REQUIRE(mounts);
  const bool has_root =
      std::any_of(mounts->begin(), mounts->end(), [](const MountFact& m) { return m.mountpoint == "/"; });
  CHECK(has_root);
}

TEST_CASE("a process that is not there") {
  const Result<std::vector<MountFact>> mounts = read_mountinfo(0x7FFFFFFF, 7, HostRoot{});
  REQUIRE_FALSE(mounts);
  CHECK(mounts.error().code == "enoent");
}

}  // namespace
}  // namespace guardd
