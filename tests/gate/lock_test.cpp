// SPDX-License-Identifier: Apache-2.0
#include "gate/lock.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "tests/child.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd::gate::test {
namespace {

using guardd::test::TemporaryDirectory;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("the lock is made with its directory, for root alone, whatever the umask") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.at("run"), .state = directory.path()};
  const mode_t old = ::umask(0);
  const Result<Fd> lock = take_lock(places, milliseconds(0));
  ::umask(old);
  REQUIRE(lock);
  struct stat found {};
  REQUIRE(::stat(places.lock().c_str(), &found) == 0);
  CHECK((found.st_mode & 07777) == 0600);
}

TEST_CASE("two never have the lock, and it is free when its holder lets go") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.path(), .state = directory.path()};
  Result<Fd> first = take_lock(places, milliseconds(0));
  REQUIRE(first);
  const auto began = std::chrono::steady_clock::now();
  const Result<Fd> second = take_lock(places, milliseconds(50));
  CHECK(std::chrono::steady_clock::now() - began >= milliseconds(50));
  REQUIRE_FALSE(second);
  CHECK(second.error().code == "late");

  std::thread waiting([&] { CHECK(take_lock(places, seconds(60))); });
  first->reset();
  waiting.join();
  CHECK(take_lock(places, milliseconds(0)));
}

TEST_CASE("a dead process does not keep the lock") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.path(), .state = directory.path()};
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<Fd> lock = take_lock(places, milliseconds(0));
    (void)!::write(ready[1], lock ? "y" : "n", 1);
    for (;;) ::pause();
  }
  ::close(ready[1]);
  char answer = '?';
  REQUIRE(::read(ready[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  CHECK_FALSE(take_lock(places, milliseconds(0)));
  ::kill(child, SIGKILL);
  CHECK(take_lock(places, seconds(60)));
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
}

TEST_CASE("a lock whose file was removed is not the lock any more") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.path(), .state = directory.path()};
  const Result<Fd> old = take_lock(places, milliseconds(0));
  REQUIRE(old);
  std::filesystem::remove(places.lock());
  const Result<Fd> now = take_lock(places, milliseconds(0));
  REQUIRE(now);
  CHECK_FALSE(take_lock(places, milliseconds(0)));
}

TEST_CASE("what is no lock file is neither followed nor waited for") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.path(), .state = directory.path()};
  const std::string victim = directory.file("victim", "precious");
  std::filesystem::permissions(victim, std::filesystem::perms(0644));
  directory.link("start.lock", victim);
  CHECK_FALSE(take_lock(places, milliseconds(0)));
  CHECK(std::filesystem::status(victim).permissions() == std::filesystem::perms(0644));
  std::filesystem::remove(places.lock());
  REQUIRE(::mkfifo(places.lock().c_str(), 0600) == 0);
  const Result<Fd> fifo = take_lock(places, milliseconds(0));
  REQUIRE_FALSE(fifo);
  CHECK(fifo.error().code == "not_a_file");
  std::filesystem::remove(places.lock());
  if (::geteuid() != 0) {
    WARN("not root: a lock of another user is not tried");
    return;
  }
  REQUIRE(::chown(directory.file("start.lock").c_str(), 12345, 12345) == 0);
  const Result<Fd> foreign = take_lock(places, milliseconds(0));
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().code == "foreign");
}

}  // namespace
}  // namespace guardd::gate::test
