// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/audit_table.hpp"

#include <array>
#include <vector>

#include "daemon/ledger/chain.hpp"
#include "tests/daemon/ledger/changes.hpp"

using namespace guardd;
using namespace guardd::ledger;
using namespace guardd::test;

namespace {

/// A trail of ten records, 1 to 10, and another connection to spoil it with.
struct Trail {
  Trail() : store(open_store(directory)), database(Database::open(directory.at("ledger.db")).value()) {
    for (int i = 0; i < 10; ++i) add("verdict");
  }
  void add(const std::string& kind) {
    const auto results = store.apply(std::array{some_record(kind)});
    REQUIRE(results.front());
  }
  void spoil(const char* sql) { REQUIRE(database.run(sql)); }
  ChainCheck check(std::int64_t limit = 1000) { return check_chain(database, {}, limit).value(); }

  TemporaryDirectory directory;
  Store store;
  Database database;
};

}  // namespace

TEST_CASE("a whole chain is whole, also a part at a time") {
  Trail trail;
  const ChainCheck whole = trail.check();
  CHECK(whole.problem.empty());
  CHECK(whole.ended);
  CHECK(whole.last.seq == 10);
  CHECK(whole.last.hash == trail.store.head()->hash);
  AuditHead from;
  std::vector<std::int64_t> ends;
  for (bool ended = false; !ended;) {
    const ChainCheck part = check_chain(trail.database, from, 4).value();
    REQUIRE(part.problem.empty());
    from = part.last;
    ended = part.ended;
    ends.push_back(part.last.seq);
  }
  CHECK(ends == std::vector<std::int64_t>{4, 8, 10});
}

TEST_CASE("the check names the record that was changed, removed or moved") {
  Trail trail;
  SECTION("changed") {
    trail.spoil("UPDATE audit SET record = replace(record, 'allow', 'refuse') WHERE seq = 4");
    CHECK(trail.check().problem.find("record 4 was changed") == 0);
    CHECK(trail.check().last.seq == 3);
  }
  SECTION("its hash changed along: the next one does not follow it") {
    trail.spoil("UPDATE audit SET hash = hex(zeroblob(32)) WHERE seq = 4");
    CHECK(trail.check().problem.find("record 4 was changed") == 0);
  }
  SECTION("removed") {
    trail.spoil("DELETE FROM audit WHERE seq = 5");
    CHECK(trail.check().problem == "record 5 is missing: after 4 comes 6");
  }
  SECTION("the first") {
    trail.spoil("DELETE FROM audit WHERE seq = 1");
    CHECK(trail.check().problem == "record 1 is missing: after 0 comes 2");
  }
  SECTION("two that changed places") {
    trail.spoil(
        "UPDATE audit SET seq = -seq; UPDATE audit SET seq = 4 WHERE seq = -5; UPDATE audit SET seq = 5 WHERE seq = -4;"
        "UPDATE audit SET seq = -seq WHERE seq < 0");
    CHECK(trail.check().problem.find("record 4 ") == 0);
  }
  SECTION("one put in, with a right hash: the one behind it follows another") {
    const AuditHead third = trail.check(3).last;
    trail.spoil("DELETE FROM audit WHERE seq = 4");
    REQUIRE(append_record(trail.database, third, some_record("forged").record));
    CHECK(trail.check().problem.find("record 5 ") == 0);
  }
}

TEST_CASE("rotation takes the oldest records and leaves a chain that is whole") {
  Trail trail;
  const AuditHead head = trail.store.head().value();
  CHECK(rotate(trail.database, head, 10).value() == 0);
  CHECK(rotate(trail.database, head, 9).value() == 2);
  CHECK(trail.database.number("SELECT min(seq) FROM audit").value() == 3);
  CHECK(read_base(trail.database)->seq == 2);
  CHECK(trail.check().problem.empty());
  CHECK(trail.check().last.seq == 10);
  trail.add("verdict");
  CHECK(trail.check().last.seq == 11);
  // Whoever cuts more off than guardd did is found out.
  trail.spoil("DELETE FROM audit WHERE seq = 3");
  CHECK(trail.check().problem == "record 3 is missing: after 2 comes 4");
}

TEST_CASE("a trail that was rotated to its end goes on where it was") {
  Trail trail;
  const AuditHead head = trail.store.head().value();
  trail.spoil("INSERT INTO meta SELECT 'base_seq', CAST(seq AS TEXT) FROM audit WHERE seq = 10");
  trail.spoil("INSERT INTO meta SELECT 'base_hash', hash FROM audit WHERE seq = 10; DELETE FROM audit");
  CHECK(trail.store.head()->seq == 10);
  CHECK(trail.store.head()->hash == head.hash);
  trail.add("verdict");
  CHECK(trail.check().last.seq == 11);
}

TEST_CASE("records are the last ones, or those behind a number, of one operation or verdict") {
  Trail trail;
  Change wipe = some_record();
  wipe.record.wall_s += 100;
  wipe.record.what = {{"operation", "wipe"}, {"verdict", "refuse"}};
  REQUIRE(trail.store.apply(std::array{wipe}).front());
  const auto numbers = [&](const AuditQuery& query) {
    std::vector<std::int64_t> found;
    const nlohmann::json records = read_records(trail.database, query).value();
    for (const auto& record : records) found.push_back(record.at("seq"));
    return found;
  };
  CHECK(numbers({.after = {}, .limit = 3}) == std::vector<std::int64_t>{9, 10, 11});
  CHECK(numbers({.after = 0, .limit = 3}) == std::vector<std::int64_t>{1, 2, 3});
  CHECK(numbers({.after = 11}).empty());
  CHECK(numbers({.after = {}, .operation = "wipe"}) == std::vector<std::int64_t>{11});
  CHECK(numbers({.after = {}, .verdict = "allow"}).size() == 10);
  CHECK(numbers({.after = {}, .since_s = wipe.record.wall_s}) == std::vector<std::int64_t>{11});
  CHECK(read_records(trail.database, {.after = 10})->at(0).at("hash") == trail.store.head()->hash);
}
