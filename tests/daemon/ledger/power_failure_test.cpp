// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tests/daemon/ledger/changes.hpp"
#include "tests/daemon/ledger/synced_files.hpp"

using namespace guardd;
using namespace guardd::ledger;
using namespace guardd::test;

TEST_CASE("a power failure after an answer loses nothing that was answered") {
  const TemporaryDirectory directory;
  const std::string state = directory.directory("state");
  const SyncedFiles disk;
  Store store = Store::open(state).value();
  // Long enough for the write-ahead log to be checkpointed into the database (1000 pages), and begun anew.
  const std::string reason(1000, 'x');
  for (int i = 1; i <= 900; ++i) {
    const auto results = store.apply(std::array{i % 3 == 0 ? some_hold(reason) : some_record()});
    REQUIRE(results.front());
    if (i % 75 != 0) continue;
    const std::string after = directory.directory("after-" + std::to_string(i));
    SyncedFiles::after_power_failure(state, after);
    Result<Store> survivor = Store::open(after);
    REQUIRE(survivor);
    CHECK(survivor->head()->seq == i);
    CHECK(survivor->load()->holds.size() == static_cast<std::size_t>(i) / 3);
    CHECK(survivor->contradicts(store.id(), results.front()->head).value().empty());
  }
}

TEST_CASE("that disk does forget: what was not synced is gone after a power failure") {
  const TemporaryDirectory directory;
  const SyncedFiles disk;
  Database database = Database::open(directory.at("ledger.db")).value();
  REQUIRE(database.run("CREATE TABLE numbers (a INTEGER) STRICT; INSERT INTO numbers VALUES (1)"));
  REQUIRE(database.run("PRAGMA synchronous=OFF; INSERT INTO numbers VALUES (2)"));
  const std::string after = directory.directory("after");
  SyncedFiles::after_power_failure(directory.path(), after);
  Database survivor = Database::open(after + "/ledger.db").value();
  CHECK(database.number("SELECT count(*) FROM numbers").value() == 2);
  CHECK(survivor.number("SELECT count(*) FROM numbers").value() == 1);
}
