// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "procfs/escapes.hpp"
#include "procfs/fdinfo.hpp"
#include "procfs/maps.hpp"

using namespace guardd;

TEST_CASE("fdinfo of a file opened for reading and writing") {
  const auto info = parse_fdinfo("pos:\t0\nflags:\t02100002\nmnt_id:\t29\nino:\t131087\nlock:\t1: POSIX  ADVISORY\n");
  REQUIRE(info);
  CHECK(info->flags == 02100002);
  CHECK(info->writable());
  CHECK(info->mount_id == 29);
  CHECK(info->inode == 131087);
  CHECK_FALSE(info->user_files);
}

TEST_CASE("fdinfo: access modes, and kernels that print less") {
  CHECK_FALSE(parse_fdinfo("pos:\t0\nflags:\t0100000\nmnt_id:\t29\n")->writable());
  CHECK(parse_fdinfo("pos:\t0\nflags:\t0100001\nmnt_id:\t29\n")->writable());
  const auto old = parse_fdinfo("pos:\t0\nflags:\t0100000\n");
  REQUIRE(old);
  CHECK(old->mount_id == -1);
  CHECK(old->inode == 0);
}

TEST_CASE("the registered files of an io_uring") {
  const auto info = parse_fdinfo(
      "pos:\t0\nflags:\t02000002\nmnt_id:\t15\nino:\t1061\nSqMask:\t0x7\nUserFiles:\t3\n"
      "    0: /var/lib/mysql/ibdata1\n    1: <none>\n    2: /srv/a\\040b\\012c (deleted)\nUserBufs:\t0\nPollList:\n"
      "  op=6, task_works=0\n");
  REQUIRE(info);
  REQUIRE(info->user_files);
  CHECK(*info->user_files == std::vector<std::string>{"/var/lib/mysql/ibdata1", "/srv/a b\nc (deleted)"});
  CHECK(parse_fdinfo("flags:\t02\nUserFiles:\t0\n")->user_files->empty());
  CHECK_FALSE(parse_fdinfo("flags:\t02\nSqMask:\t0x7\n")->user_files);
}

TEST_CASE("an fdinfo that can't be read is an error") {
  CHECK(parse_fdinfo("").error().code == "bad_fdinfo");
  CHECK_FALSE(parse_fdinfo("pos:\t0\n"));
  CHECK_FALSE(parse_fdinfo("flags:\t9\n"));
  CHECK_FALSE(parse_fdinfo("flags:\t02\nmnt_id:\tx\n"));
  CHECK_FALSE(parse_fdinfo("flags:\t02\nino:\t-1\n"));
  CHECK_FALSE(parse_fdinfo("flags:\t02\nUserFiles:\t1\n    x /a\n"));
}

TEST_CASE("maps: a mapped file") {
  const auto map = parse_map_line("7f12a000-7f12b000 rw-s 00001000 fe:10 131087                 /var/lib/mysql/tc.log");
  REQUIRE(map);
  REQUIRE(*map);
  CHECK((*map)->range == "7f12a000-7f12b000");
  CHECK((*map)->shared_writable);
  CHECK((*map)->major == 0xfe);
  CHECK((*map)->minor == 0x10);
  CHECK((*map)->inode == 131087);
  CHECK((*map)->path == "/var/lib/mysql/tc.log");
}

TEST_CASE("maps: names with spaces, newlines and the kernel's mark stay whole") {
  CHECK((*parse_map_line("1000-2000 r--p 00000000 00:2a 9 /a b/c\\012d (deleted)"))->path == "/a b/c\\012d (deleted)");
  CHECK_FALSE((*parse_map_line("1000-2000 rw-p 00000000 00:2a 9 /a"))->shared_writable);
  CHECK_FALSE((*parse_map_line("1000-2000 r--s 00000000 00:2a 9 /a"))->shared_writable);
}

TEST_CASE("maps: what maps no file is no error") {
  const char* lines[] = {"55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0                          [heap]",
                         "7f12a000-7f12b000 rw-p 00000000 00:00 0 ", "7f12a000-7f12b000 rw-p 00000000 00:00 0",
                         "7ffc0000-7ffc1000 r--p 00000000 00:0e 1052 anon_inode:[perf_event]"};
  for (const char* line : lines) {
    CAPTURE(line);
    const auto map = parse_map_line(line);
    REQUIRE(map);
    CHECK_FALSE(*map);
  }
}

TEST_CASE("maps: a line that is none is an error") {
  const char* lines[] = {"",
                         "1000 r--p 00000000 00:2a 9 /a",
                         "1000-2000 r-p 00000000 00:2a 9 /a",
                         "1000-2000 r--p x 00:2a 9 /a",
                         "1000-2000 r--p 00000000 002a 9 /a",
                         "1000-2000 r--p 00000000 00:2a",
                         "1000-2000 r--p 00000000 00:2a /a"};
  for (const char* line : lines) {
    CAPTURE(line);
    const auto map = parse_map_line(line);
    REQUIRE_FALSE(map);
    CHECK(map.error().code == "bad_maps");
  }
}

TEST_CASE("octal escapes") {
  CHECK(procfs::unescape_octal_leniently("a\\040b\\012\\134") == "a b\n\\");
  CHECK(procfs::unescape_octal_leniently("\\377") == "\xff");
  CHECK(procfs::unescape_octal_leniently("\\400 \\01 \\08x \\") == "\\400 \\01 \\08x \\");
  CHECK(procfs::unescape_octal("a\\040b\\134\\012") == "a b\\\n");
  for (const char* malformed : {"\\400", "a\\01", "\\08x", "x\\", "\\\\040"}) {
    CAPTURE(malformed);
    CHECK_FALSE(procfs::unescape_octal(malformed));
  }
}

TEST_CASE("the mark of a deleted file, and basenames") {
  std::string_view path = "/a/ibdata1 (deleted)";
  CHECK(procfs::strip_deleted(path));
  CHECK(path == "/a/ibdata1");
  CHECK_FALSE(procfs::strip_deleted(path));
  CHECK(procfs::basename_of("/a/ibdata1") == "ibdata1");
  CHECK(procfs::basename_of("ibdata1") == "ibdata1");
  CHECK(procfs::basename_of("/a/").empty());
}
