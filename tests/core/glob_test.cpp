// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "core/glob.hpp"

using guardd::glob_match;
using guardd::path_glob_match;

TEST_CASE("globs match whole names") {
  CHECK(glob_match("ibdata1", "ibdata1"));
  CHECK_FALSE(glob_match("ibdata1", "ibdata10"));
  CHECK_FALSE(glob_match("ibdata1", "xibdata1"));
  CHECK(glob_match("", ""));
  CHECK_FALSE(glob_match("", "a"));
  CHECK_FALSE(glob_match("a", ""));
}

TEST_CASE("a star is any number of bytes, a question mark is one") {
  CHECK(glob_match("*.ibd", "user.ibd"));
  CHECK(glob_match("*.ibd", ".ibd"));
  CHECK_FALSE(glob_match("*.ibd", "user.ibd~"));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("**", "abc"));
  CHECK(glob_match("a*b*c", "a-b-b-c"));
  CHECK_FALSE(glob_match("a*b*c", "a-c-b"));
  CHECK(glob_match("*-relay-bin.??????", "db1-relay-bin.000001"));
  CHECK_FALSE(glob_match("*-relay-bin.??????", "db1-relay-bin.00001"));
  CHECK_FALSE(glob_match("?", ""));
  CHECK(glob_match("?*", "a"));
  CHECK(glob_match("*aab", "aaaab"));
  CHECK(glob_match("a?", std::string("a\xff")));
  CHECK(glob_match("a*z", "a\nb\nz"));
}

TEST_CASE("neither crosses a slash, and nothing else is special") {
  CHECK_FALSE(glob_match("*", "a/b"));
  CHECK_FALSE(glob_match("a?b", "a/b"));
  CHECK(glob_match("a/b", "a/b"));
  CHECK(glob_match("[ab]", "[ab]"));
  CHECK_FALSE(glob_match("[ab]", "a"));
  CHECK(glob_match("\\*", "\\x"));
}

TEST_CASE("many stars cost no exponential time") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  CHECK_FALSE(glob_match(pattern + "b", std::string(4000, 'a')));
}

TEST_CASE("paths match component by component") {
  CHECK(path_glob_match("/", "/"));
  CHECK_FALSE(path_glob_match("/", "/a"));
  CHECK_FALSE(path_glob_match("/a", "/"));
  CHECK(path_glob_match("/snap/*/*", "/snap/core22/1122"));
  CHECK_FALSE(path_glob_match("/snap/*/*", "/snap/core22"));
  CHECK_FALSE(path_glob_match("/snap/*/*", "/snap/core22/1122/usr"));
  CHECK(path_glob_match("/var/lib/mysql-*", "/var/lib/mysql-3307"));
  CHECK_FALSE(path_glob_match("/var", "/var2"));
  CHECK(path_glob_match("/a/b", "//a/b/"));
  CHECK_FALSE(path_glob_match("a", "a"));
  CHECK_FALSE(path_glob_match("/a", "a"));
  CHECK_FALSE(path_glob_match("", ""));
}
