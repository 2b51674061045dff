// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_lock.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/temporary_directory.hpp"

using namespace guardd;

TEST_CASE("one guardd at a time has a state directory, which nobody else may read") {
  const test::TemporaryDirectory directory;
  const std::string state = directory.at("state");
  {
    const Result<Fd> first = lock_state(state);
    REQUIRE(first.ok());
    struct stat status {};
    REQUIRE(::stat(state.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    const Result<Fd> second = lock_state(state);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == "locked");
  }
  CHECK(lock_state(state).ok());
}

TEST_CASE("a lock that is a link is not followed, and a directory that can't be made is an error") {
  const test::TemporaryDirectory directory;
  const std::string victim = directory.file("victim", "x");
  std::filesystem::create_directory(directory.at("state"));
  std::filesystem::create_symlink(victim, directory.at("state/lock"));
  CHECK_FALSE(lock_state(directory.at("state")).ok());
  CHECK_FALSE(lock_state(directory.at("missing/state")).ok());
}
