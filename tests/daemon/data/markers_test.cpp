// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "daemon/data/markers.hpp"

namespace guardd {
namespace {

MarkerIndex index_of(const std::vector<std::vector<std::string>>& sets) {
  static std::vector<Recognition> recognitions;
  recognitions.assign(1, {});
  recognitions[0].markers = sets;
  return MarkerIndex(recognitions);
}

std::vector<std::size_t> complete(const MarkerIndex& index, const std::vector<std::string>& names) {
  MarkerHits hits;
  for (const std::string& name : names) index.see(name, hits);
  return index.complete(hits);
}

using Sets = std::vector<std::size_t>;

TEST_CASE("a set counts when every entry has a name") {
  const MarkerIndex index =
      index_of({{"ibdata1"}, {"aria_log_control", "mysql/"}, {"global/pg_control", "PG_VERSION"}});
  CHECK(complete(index, {"ibdata1"}) == Sets{0});
  CHECK(complete(index, {"a", "mysql"}).empty());
  CHECK(complete(index, {"mysql", "aria_log_control", "b"}) == Sets{1});
  CHECK(complete(index, {"global", "PG_VERSION", "ibdata1"}) == Sets{0, 2});
  CHECK(complete(index, {}).empty());
  CHECK(complete(index, {"IBDATA1", "ibdata", "ibdata12", ""}).empty());
}

TEST_CASE("globs by their first byte, their ending, and in the middle") {
  const MarkerIndex index = index_of({{"*-relay-bin.*"}, {"??*-Data.db"}, {"MANIFEST-*"}, {"*"}});
  CHECK(complete(index, {"db1-relay-bin.000001"}) == Sets{0, 3});
  CHECK(complete(index, {"mc-1-big-Data.db"}) == Sets{1, 3});
  CHECK(complete(index, {"MANIFEST-000004"}) == Sets{2, 3});
  CHECK(complete(index, {"m-Data.db"}) == Sets{3});
  CHECK(complete(index, {"\n\xFF"}) == Sets{3});
}

TEST_CASE("what a marker is made of") {
  const MarkerIndex index = index_of({{"mysql/", "global/pg_control", "a//b/"}});
  CHECK(index.marker(0).directory);
  CHECK(index.marker(0).parts == std::vector<std::string>{"mysql"});
  CHECK_FALSE(index.marker(1).directory);
  CHECK(index.marker(1).parts == std::vector<std::string>{"global", "pg_control"});
  CHECK(index.marker(2).parts == std::vector<std::string>{"a", "b"});
  CHECK(index_of({{}, {"/"}}).sets().empty());  // a set without an entry would match everything
}

TEST_CASE("in a directory too long to list, plain names are taken to be there") {
  const MarkerIndex index = index_of({{"ibdata1"}, {"*.ibd"}, {"snap/db"}});
  MarkerHits hits;
  index.assume_plain(hits);
  CHECK(index.complete(hits) == Sets{0, 2});
}

TEST_CASE("of very many names that fit, a few are kept") {
  const MarkerIndex index = index_of({{"*.ibd"}});
  MarkerHits hits;
  for (int i = 0; i < 1000; ++i) index.see(std::to_string(i) + ".ibd", hits);
  CHECK(hits.names[0].size() == 16);
}

}  // namespace
}  // namespace guardd
