// SPDX-License-Identifier: Apache-2.0
#include "core/dataset.hpp"

#include <catch2/catch.hpp>

#include "core/snapshot.hpp"

using namespace guardd;

namespace {

/// On a root of which nobody can tell where it lies, as in a container: no mount is known.
DataDirectoryFact directory(const char* path, std::uint64_t mnt_ns, std::uint64_t inode, std::int32_t user) {
  DataDirectoryFact fact;
  fact.service = "mysql";
  fact.path = path;
  fact.mnt_ns = mnt_ns;
  fact.st_dev = 41;
  fact.inode = inode;
  if (user > 0) fact.uses = {{user, "fd", std::string(path) + "/x"}};
  return fact;
}

std::size_t datasets_of(const DataDirectoryFact& outer, const DataDirectoryFact& inner) {
  Snapshot snapshot;
  snapshot.host_mnt_ns = 7;
  snapshot.directories = {outer, inner};
  return assemble_datasets(snapshot).size();
}

}  // namespace

// Debian's mariadb.service has a mount namespace of its own: its mysql/ was a dataset of its own in a container.
TEST_CASE(
    "a directory within another that can't be traced is the same data, also as the server's own namespace names it") {
  const DataDirectoryFact outer = directory("/var/lib/mysql", 7, 1, 9);
  CHECK(datasets_of(outer, directory("/var/lib/mysql/mysql", 7, 2, 0)) == 1);
  CHECK(datasets_of(outer, directory("/var/lib/mysql/mysql", 8, 2, 9)) == 1);
}

TEST_CASE("a name in another namespace may be anything") {
  const DataDirectoryFact outer = directory("/var/lib/mysql", 7, 1, 9);
  DataDirectoryFact inner = directory("/var/lib/mysql/mysql", 8, 2, 9);
  SECTION("used by another server") { inner.uses.front().pid = 10; }
  SECTION("used by another server, too") { inner.uses.push_back({10, "fd", "/var/lib/mysql/mysql/x"}); }
  SECTION("used by nobody") { inner.uses.clear(); }
  SECTION("on another filesystem") { inner.st_dev = 42; }
  SECTION("not within it") { inner.path = "/var/lib/mysql2"; }
  CHECK(datasets_of(outer, inner) == 2);
}
