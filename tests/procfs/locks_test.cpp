// SPDX-License-Identifier: Apache-2.0
#include "procfs/locks.hpp"

#include <catch2/catch.hpp>

using namespace guardd;

TEST_CASE("locks of every kind") {
  const auto locks = parse_locks(
      "1: POSIX  ADVISORY  WRITE 812 fe:10:131087 0 EOF\n"
      "1: -> POSIX  ADVISORY  READ  900 fe:10:131087 10 20\n"
      "2: FLOCK  ADVISORY  WRITE 77 00:2a:9 0 EOF\n"
      "3: OFDLCK ADVISORY  READ -1 103:1ff:4294967299 1073741826 1073742335\n"
      "4: LEASE  ACTIVE    READ 5 08:01:12 0 EOF\n"
      "5: POSIX  *NOINODE* WRITE 6 <none>:0 0 EOF\n");
  REQUIRE(locks);
  REQUIRE(locks->size() == 6);
  CHECK((*locks)[0].kind == LockKind::posix);
  CHECK((*locks)[0].pid == 812);
  CHECK((*locks)[0].major == 0xfe);
  CHECK((*locks)[0].minor == 0x10);
  CHECK((*locks)[0].inode == 131087);
  CHECK_FALSE((*locks)[0].waiting);
  CHECK((*locks)[1].waiting);
  CHECK((*locks)[1].pid == 900);
  CHECK((*locks)[2].kind == LockKind::flock);
  CHECK((*locks)[3].kind == LockKind::ofd);
  CHECK((*locks)[3].pid == -1);
  CHECK((*locks)[3].major == 0x103);
  CHECK((*locks)[3].minor == 0x1ff);
  CHECK((*locks)[3].inode == 4294967299);
  CHECK((*locks)[4].kind == LockKind::lease);
  CHECK((*locks)[5].inode == 0);
}

TEST_CASE("no lock at all") { CHECK(parse_locks("")->empty()); }

TEST_CASE("a line that is no lock is an error") {
  const char* bad[] = {
      "\n",
      "POSIX  ADVISORY  WRITE 812 fe:10:131087 0 EOF\n",
      "1: POSIX  ADVISORY  WRITE x fe:10:131087 0 EOF\n",
      "1: POSIX  ADVISORY  WRITE 812 fe:131087 0 EOF\n",
      "1: POSIX  ADVISORY  WRITE 812 fe:10: 0 EOF\n",
      "1: POSIX  ADVISORY  WRITE 812 fe:10:131087 0\n",
      "1: POSIX  ADVISORY  WRITE 812 fe:10:131087 0 EOF more\n",
      "1: POSIX  ADVISORY  WRITE 812 fe:10:99999999999999999999 0 EOF\n",
      "1: POSIX  ADVISORY  WRITE 812 fe:10:1310",
  };
  for (const char* text : bad) {
    CAPTURE(text);
    const auto locks = parse_locks(text);
    REQUIRE_FALSE(locks);
    CHECK(locks.error().code == "bad_locks");
  }
}
