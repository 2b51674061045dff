// SPDX-License-Identifier: Apache-2.0
#include "client/targets.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/wire.hpp"
#include "tests/client/fake_server.hpp"

namespace guardd::client {
namespace {

using Names = std::vector<std::string>;

std::string code_of(const Names& names, Operation operation = Operation::wipe) {
  const Result<std::vector<Target>> targets = resolve_targets(names, operation);
  return targets ? "" : targets.error().code;
}

TEST_CASE("a path is resolved to what it is now") {
  const test::TemporaryDirectory directory;
  const std::string file = directory.file("data", "x");
  std::filesystem::create_symlink("data", directory.path() + "/link");
  const Result<std::vector<Target>> targets = resolve_targets(Names{directory.path() + "/./link"}, Operation::wipe);
  REQUIRE(targets);
  REQUIRE(targets->size() == 1);
  const Target& target = targets->front();
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK(target.path == std::filesystem::canonical(file).string());
  CHECK_FALSE(target.block_device);
  CHECK(target.device == DeviceNumber{::major(status.st_dev), ::minor(status.st_dev)});
  REQUIRE(target.mount_id);
  CHECK(*target.mount_id > 0);
}

TEST_CASE("a directory and the root are paths") {
  const Result<std::vector<Target>> targets = resolve_targets(Names{"/tmp", "/"}, Operation::wipe);
  REQUIRE(targets);
  CHECK(targets->at(1).path == "/");
}

TEST_CASE("two names of one thing are one target, in the order of the first") {
  const test::TemporaryDirectory directory;
  const std::string a = directory.file("a", "");
  const std::string b = directory.file("b", "");
  std::filesystem::create_symlink(a, directory.path() + "/c");
  const Result<std::vector<Target>> targets = resolve_targets(Names{b, a, directory.path() + "/c", b}, Operation::wipe);
  REQUIRE(targets);
  REQUIRE(targets->size() == 2);
  CHECK(targets->at(0).path == b);
  CHECK(targets->at(1).path == a);
}

TEST_CASE("what can be no target is a usage error") {
  const test::TemporaryDirectory directory;
  const std::string file = directory.file("file", "");
  const std::string fifo = directory.path() + "/fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const int listener = test::listen_at(directory.path() + "/socket");
  std::filesystem::create_symlink("nowhere", directory.path() + "/dangling");
  std::filesystem::create_symlink("loop", directory.path() + "/loop");
  CHECK(code_of({}) == "usage");
  CHECK(code_of({""}) == "usage");
  CHECK(code_of({file, ""}) == "usage");
  CHECK(code_of({" "}) == "usage");
  CHECK(code_of({directory.path() + "/missing"}) == "usage");
  CHECK(code_of({file, directory.path() + "/missing"}) == "usage");
  CHECK(code_of({file + "/below"}) == "usage");
  CHECK(code_of({directory.path() + "/dangling"}) == "usage");
  CHECK(code_of({directory.path() + "/loop"}) == "usage");
  CHECK(code_of({std::string(5000, 'a')}) == "usage");
  CHECK(code_of({fifo}) == "usage");
  CHECK(code_of({directory.path() + "/socket"}) == "usage");
  CHECK(code_of({"/dev/null"}) == "usage");
  CHECK(code_of({file}).empty());
  ::close(listener);
}

TEST_CASE("only disks are reinstalled") {
  const test::TemporaryDirectory directory;
  CHECK(code_of({directory.path()}, Operation::reinstall) == "usage");
  CHECK(code_of({directory.file("image", "")}, Operation::reinstall) == "usage");
  CHECK(code_of({"/dev/null"}, Operation::reinstall) == "usage");
}

TEST_CASE("a block device is known by its own number") {
  // A node that some machine without disks can make, too; no driver has to answer, for nothing opens it.
  const test::TemporaryDirectory directory;
  const std::string node = directory.path() + "/disk";
  if (::mknod(node.c_str(), S_IFBLK | 0600, ::makedev(7, 77)) != 0) {
    WARN("skipped: mknod of a block device is not permitted here");
    return;
  }
  for (const Operation operation : {Operation::wipe, Operation::reinstall}) {
    const Result<std::vector<Target>> targets = resolve_targets(Names{node}, operation);
    REQUIRE(targets);
    CHECK(targets->front().block_device);
    CHECK(targets->front().device == DeviceNumber{7, 77});
    CHECK_FALSE(targets->front().mount_id);
  }
}

TEST_CASE("a name that is not UTF-8 exists and can't be asked about") {
  const test::TemporaryDirectory directory;
  CHECK(code_of({directory.file("\xff\xfe", "")}) == "target.untraceable");
  CHECK(code_of({directory.file("new\nline \u00e4", "")}).empty());
}

TEST_CASE("targets have a bound, both sides") {
  const test::TemporaryDirectory directory;
  Names names;
  for (std::size_t i = 0; i < max_targets; ++i) names.push_back(directory.file(std::to_string(i), ""));
  CHECK(code_of(names).empty());
  names.push_back(directory.file("one more", ""));
  CHECK(code_of(names) == "usage");
}

}  // namespace
}  // namespace guardd::client
