// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <array>
#include <fstream>

#include "core/strict_json.hpp"
#include "daemon/ledger/chain.hpp"
#include "daemon/ledger/schema.hpp"
#include "tests/daemon/ledger/changes.hpp"

using namespace guardd;
using namespace guardd::ledger;
using namespace guardd::test;

namespace {

Stored stored(Store& store, const Change& change) {
  std::vector<Result<Stored>> results = store.apply(std::array{change});
  REQUIRE(results.size() == 1);
  if (!results.front()) FAIL(results.front().error().message);
  return std::move(results.front()).value();
}

std::string why_not_opened(const TemporaryDirectory& directory) {
  const Result<Store> store = Store::open(directory.path());
  REQUIRE_FALSE(store);
  CHECK(store.error().code == "ledger.failed");
  return store.error().message;
}

void run_sql(const TemporaryDirectory& directory, const char* sql) {
  Result<Database> database = Database::open(directory.at("ledger.db"));
  REQUIRE(database);
  REQUIRE(database->run(sql));
}

}  // namespace

TEST_CASE("a new ledger is empty, readable, and its owner's alone") {
  const TemporaryDirectory directory;
  Store store = open_store(directory);
  const Result<Ledger> ledger = store.load();
  REQUIRE(ledger);
  CHECK(ledger->holds.empty());
  CHECK(ledger->readable.value_or(false));
  CHECK(store.head()->seq == 0);
  CHECK(store.head()->hash == chain_start);
  struct stat status {};
  REQUIRE(::stat(directory.at("ledger.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a hold is there again after a restart, as it was, and gone after its removal") {
  const TemporaryDirectory directory;
  const Hold added = *stored(*std::make_unique<Store>(open_store(directory)), some_hold()).hold;
  CHECK(added.id == "h1");
  {
    Store store = open_store(directory);
    const Result<Ledger> ledger = store.load();
    REQUIRE(ledger);
    REQUIRE(ledger->holds.size() == 1);
    const Hold& hold = ledger->holds.front();
    CHECK(hold.id == added.id);
    CHECK(hold.operation == Operation::reinstall);
    CHECK(hold.targets == added.targets);
    CHECK(hold.reason == "migration until Friday");
    CHECK(hold.by == "ann");
    CHECK(hold.added_s == 1'700'000'000);
    CHECK(hold.until_s == 1'800'000'000);
    CHECK(stored(store, removal("h1")).hold->reason == "migration until Friday");
  }
  Store store = open_store(directory);
  CHECK(store.load()->holds.empty());
  // Its number is not given again: a script that removes h1 twice must not remove another's hold.
  CHECK(stored(store, some_hold()).hold->id == "h2");
}

TEST_CASE("removing what is not there fails, leaves no record, and does not touch the rest of its batch") {
  const TemporaryDirectory directory;
  Store store = open_store(directory);
  for (const char* id : {"h9", "h", "", "h-1", "1", "hh1", "h1 ", "h99999999999999999999"}) {
    INFO(id);
    const std::vector<Result<Stored>> results = store.apply(std::array{removal(id), some_hold()});
    REQUIRE_FALSE(results[0]);
    CHECK(results[0].error().code == "not_found");
    CHECK(results[1]);
  }
  CHECK(store.head()->seq == 8);
  CHECK(store.load()->holds.size() == 8);
}

TEST_CASE("each record's hash is made of the one before and its own text") {
  const TemporaryDirectory directory;
  Store store = open_store(directory);
  const Stored first = stored(store, some_record());
  const Stored second = stored(store, some_record());
  CHECK(first.head.seq == 1);
  CHECK(second.head.seq == 2);
  CHECK(first.head.hash == chain_hash(chain_start, to_text(audit_json(some_record().record, 1))));
  CHECK(second.head.hash == chain_hash(first.head.hash, to_text(audit_json(some_record().record, 2))));
  CHECK(store.head()->hash == second.head.hash);
  CHECK(open_store(directory).head()->hash == second.head.hash);
}

TEST_CASE("chain_hash is SHA-256, as sha256sum would say") {
  // printf '%s\n%s' 0 '{}' | sha256sum
  CHECK(chain_hash("0", "{}") == "36f274348a18aa85b82d9dc7e123947388d4274f9eecf2720a091dd39cfdd4e0");
}

TEST_CASE("a ledger that can't be believed is not opened") {
  const TemporaryDirectory directory;
  SECTION("made by a newer guardd") {
    open_store(directory);
    run_sql(directory, ("PRAGMA user_version=" + std::to_string(schema_version + 1)).c_str());
    CHECK(why_not_opened(directory).find("newer guardd") != std::string::npos);
  }
  SECTION("another program's") {
    run_sql(directory, "PRAGMA application_id=7; CREATE TABLE holds (a)");
    CHECK(why_not_opened(directory).find("not guardd's") != std::string::npos);
  }
  SECTION("no database at all") {
    std::ofstream(directory.at("ledger.db")) << std::string(8192, 'x');
    CHECK(why_not_opened(directory).find("not a database") != std::string::npos);
  }
  SECTION("a symbolic link") {
    std::filesystem::create_symlink("/dev/null", directory.at("ledger.db"));
    why_not_opened(directory);
  }
  SECTION("no directory") { CHECK_FALSE(Store::open(directory.path() + "/missing")); }
}

TEST_CASE("a hold that can't be read is an error and not one hold less") {
  const TemporaryDirectory directory;
  {
    Store store = open_store(directory);
    stored(store, some_hold());
  }
  for (const char* damage : {"UPDATE holds SET operation='erase'",
                             "UPDATE holds SET operation='reinstall', targets='[1]'", "UPDATE holds SET targets='['"}) {
    INFO(damage);
    run_sql(directory, damage);
    const Result<Ledger> ledger = open_store(directory).load();
    REQUIRE_FALSE(ledger);
    CHECK(ledger.error().code == "ledger.failed");
  }
}

TEST_CASE("a failure of the file fails the whole batch and stores nothing of it") {
  const TemporaryDirectory directory;
  Store store = open_store(directory);
  stored(store, some_hold());
  run_sql(directory, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  const std::vector<Result<Stored>> results = store.apply(std::array{some_hold(), some_record()});
  REQUIRE(results.size() == 2);
  for (const Result<Stored>& result : results) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "ledger.failed");
  }
  CHECK(store.load()->holds.size() == 1);
  run_sql(directory, "DROP TRIGGER full");
  CHECK(stored(store, some_record()).head.seq == 2);
}
