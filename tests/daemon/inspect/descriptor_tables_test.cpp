// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/descriptor_tables.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/daemon/inspect/iterator_bytes.hpp"

using namespace guardd;
using guardd::test::IteratorBytes;
using guardd::test::tables_of;
using walk::DescriptorRow;
using walk::DescriptorRows;

namespace {

std::vector<DescriptorRow> all(DescriptorRows rows) {
  std::vector<DescriptorRow> list;
  DescriptorRow row;
  while (rows.next(row)) list.push_back(row);
  return list;
}

void check_refused(std::vector<char> bytes, const std::string& code) {
  const auto tables = tables_of(std::move(bytes));
  REQUIRE_FALSE(tables.ok());
  CHECK(tables.error().code == code);
}

}  // namespace

TEST_CASE("a pass is read task by task") {
  const auto tables = tables_of(IteratorBytes()
                                    .path(812, 45, 3, "/var/lib/mysql/ibdata1")
                                    .socket(812, 45, 4, 4711)
                                    .ring(812, 45, 5)
                                    .row(812, 45, 6, GUARDD_ROW_CHARACTERS, 0, "")
                                    .untold(900, 46, 7)
                                    .end(9)
                                    .bytes());
  REQUIRE(tables.ok());
  CHECK(tables->descriptors() == 9);
  const auto first = all(tables->find(812, 45));
  REQUIRE(first.size() == 4);
  CHECK(first[0].kind == DescriptorRow::Kind::path);
  CHECK(first[0].descriptor == 3);
  CHECK(first[0].path == "/var/lib/mysql/ibdata1");
  CHECK(first[1].kind == DescriptorRow::Kind::socket);
  CHECK(first[1].inode == 4711);
  CHECK(first[2].kind == DescriptorRow::Kind::ring);
  CHECK(first[3].kind == DescriptorRow::Kind::characters);
  const auto second = all(tables->find(900, 46));
  REQUIRE(second.size() == 1);
  CHECK(second[0].kind == DescriptorRow::Kind::untold);
  CHECK(second[0].descriptor == 7);
}

TEST_CASE("a pass says nothing about a task that it did not see, or that had another's number") {
  const auto tables = tables_of(IteratorBytes().path(812, 45, 3, "/x").end(1).bytes());
  REQUIRE(tables.ok());
  CHECK(tables->find(811, 45).empty());
  CHECK(tables->find(812, 46).empty());
  CHECK_FALSE(tables->find(812, 45).empty());
}

TEST_CASE("who had a file open") {
  const auto tables = tables_of(IteratorBytes()
                                    .path(812, 45, 3, "/x")
                                    .path(900, 46, 3, "/y")
                                    .socket(900, 46, 4, 7)
                                    .path(7, 1, 0, "/x")
                                    .end(4)
                                    .bytes());
  REQUIRE(tables.ok());
  CHECK(tables->holders({"/x"}) == std::vector<std::int32_t>{7, 812});
  CHECK(tables->holders({"/z"}).empty());
}

TEST_CASE("a number that changed hands during the pass is its last owner's") {
  const auto tables = tables_of(IteratorBytes().path(812, 45, 3, "/old").path(812, 99, 3, "/new").end(2).bytes());
  REQUIRE(tables.ok());
  CHECK(tables->find(812, 45).empty());
  CHECK(all(tables->find(812, 99)).at(0).path == "/new");
}

TEST_CASE("a pass that did not come to its end is none") {
  check_refused({}, "cut_short");
  check_refused(IteratorBytes().path(812, 45, 3, "/x").bytes(), "cut_short");
  CHECK(tables_of(IteratorBytes().end(0).bytes()).ok());
}

TEST_CASE("what the program does not write is no pass") {
  const auto good = IteratorBytes().path(812, 45, 3, "/x").end(1).bytes();
  for (std::size_t size = 1; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(tables_of({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}).ok());
  }
  check_refused(IteratorBytes().end(1).path(812, 45, 3, "/x").bytes(), "malformed");
  check_refused(IteratorBytes().path(0, 45, 3, "/x").end(1).bytes(), "malformed");
  check_refused(IteratorBytes().path(812, 45, 3, "").end(1).bytes(), "malformed");
  check_refused(IteratorBytes().row(812, 45, 3, 0, 0, "").end(1).bytes(), "malformed");
  check_refused(IteratorBytes().row(812, 45, 3, 6, 0, "").end(1).bytes(), "malformed");
  check_refused(IteratorBytes().row(812, 45, 3, GUARDD_ROW_SOCKET, 1, "x").end(1).bytes(), "malformed");
  const std::string longest(GUARDD_ROW_PATH_BYTES - 1, 'x');
  CHECK(tables_of(IteratorBytes().path(812, 45, 3, longest).end(1).bytes()).ok());
  check_refused(IteratorBytes().path(812, 45, 3, longest + "x").end(1).bytes(), "malformed");
}
