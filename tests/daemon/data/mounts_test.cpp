// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "daemon/data/mount_table.hpp"
#include "daemon/data/superblocks.hpp"

namespace guardd {
namespace {

MountFact mount(std::int64_t id, std::int64_t parent, const std::string& where) {
  MountFact fact;
  fact.id = id;
  fact.parent = parent;
  fact.mountpoint = where;
  fact.root = "/";
  return fact;
}

TEST_CASE("what is mounted on a directory of a mount") {
  const MountTable table(
      {mount(1, 0, "/"), mount(2, 1, "/srv"), mount(3, 2, "/srv/db"), mount(4, 2, "/srv"), mount(5, 5, "/x")});
  REQUIRE(table.mounted_on(1, "/srv") != nullptr);
  CHECK(table.mounted_on(1, "/srv")->id == 4);       // the topmost
  CHECK(table.mounted_on(4, "/srv/db") == nullptr);  // hidden beneath it
  CHECK(table.mounted_on(2, "/srv/db")->id == 3);
  CHECK(table.mounted_on(1, "/srv/db") == nullptr);
  CHECK(table.by_id(3)->mountpoint == "/srv/db");
  CHECK(table.by_id(9) == nullptr);
  CHECK(table.root()->id == 1);
}

TEST_CASE("mounts that claim to lie on each other come to an end") {
  const MountTable table({mount(1, 2, "/a"), mount(2, 1, "/a")});
  CHECK(table.mounted_on(2, "/a") != nullptr);
}

Superblock superblock(const std::vector<std::string>& roots) {
  Superblock result;
  for (const std::string& root : roots) {
    MountInView one;
    one.mount.root = root;
    result.mounts.push_back(one);
  }
  return result;
}

std::vector<std::string> covering(const std::vector<std::string>& roots) {
  std::vector<std::string> result;
  for (const MountInView& one : covering_mounts(superblock(roots))) result.push_back(one.mount.root);
  return result;
}

TEST_CASE("the mounts that show all of a filesystem") {
  using Roots = std::vector<std::string>;
  CHECK(covering({"/", "/srv", "/"}) == Roots{"/"});
  CHECK(covering({"/@", "/@home", "/@/var"}) == Roots{"/@", "/@home"});
  CHECK(covering({}).empty());
}

}  // namespace
}  // namespace guardd
