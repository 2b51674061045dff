// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <filesystem>
#include <fstream>

#include "core/wire_override.hpp"
#include "tests/daemon/ledger/changes.hpp"

using namespace guardd;
using namespace guardd::ledger;
using namespace guardd::test;

namespace {

const BootMoment now{"boot", 2000};

Override some_override() {
  Override override_;
  override_.whole_host = true;
  override_.reason = "dying";
  override_.by = "root (uid 0)";
  override_.nonce = "4k7q-f2mz";
  override_.host = "db1";
  override_.boot_id = "boot";
  override_.requested_boot_ms = 1000;
  override_.expires_boot_ms = 5000;
  return override_;
}

Change request(const BootMoment& at = now) {
  Change change = some_record("override.requested");
  change.override_step = OverrideStep{.add = some_override(), .now = at};
  return change;
}

Change approval(const std::string& id) {
  Change change = some_record("override.applied");
  change.override_step = OverrideStep{.apply = OverrideStep::Approved{id, {{"ann", "SHA256:a"}}, "root"}, .now = now};
  return change;
}

Change spending(const std::string& id) {
  Change change = some_record();
  change.override_step = OverrideStep{.spend = id, .now = now};
  return change;
}

}  // namespace

TEST_CASE("an override goes from step to step, each with its record, across restarts") {
  const TemporaryDirectory directory;
  {
    Store store = open_store(directory);
    const Result<Stored> made = store_one(store, request());
    REQUIRE(made);
    CHECK(made->overrides->back().id == "o1");
    CHECK(made->record.what.at("override").at("id") == "o1");
    CHECK(made->record.what.dump().find("4k7q") == std::string::npos);
  }
  {
    Store store = open_store(directory);
    Override again = store.load()->overrides.at(0);
    CHECK(again.id == "o1");
    again.id.clear();
    CHECK(again == some_override());
    REQUIRE(store_one(store, approval("o1")));
  }
  Store store = open_store(directory);
  CHECK(store.load()->overrides.at(0).approvals == std::vector<Approval>{{"ann", "SHA256:a"}});
  const Result<Stored> spent = store_one(store, spending("o1"));
  REQUIRE(spent);
  CHECK(spent->overrides->front().state == OverrideState::spent);
  CHECK(store.load()->overrides.at(0).state == OverrideState::spent);
  CHECK(store.head()->seq == 3);
}

TEST_CASE("a step that does not lead on leaves no record") {
  const TemporaryDirectory directory;
  Store store = open_store(directory);
  REQUIRE(store_one(store, request()));
  CHECK(store_one(store, spending("o1")).error().code == "conflict");
  for (const char* id : {"o2", "1", "o", "", "o-1", "h1", "o1 ", "o99999999999999999999"}) {
    INFO(id);
    CHECK(store_one(store, approval(id)).error().code == "not_found");
  }
  REQUIRE(store_one(store, approval("o1")));
  CHECK(store_one(store, approval("o1")).error().code == "conflict");
  // Two allows in one transaction: the first has it.
  const std::vector<Result<Stored>> race = store.apply(std::array{spending("o1"), spending("o1"), some_record()});
  CHECK(race[0]);
  CHECK(race[1].error().code == "conflict");
  CHECK(race[2]);
  CHECK(store.head()->seq == 4);
}

TEST_CASE("there are only so many, and those that are over make room") {
  const TemporaryDirectory directory;
  Store store = open_store(directory);
  for (std::size_t i = 0; i < max_overrides; ++i) REQUIRE(store_one(store, request()));
  CHECK(store_one(store, request()).error().code == "too_many");
  const Result<Stored> later = store_one(store, request({"boot", 5000}));
  REQUIRE(later);
  CHECK(later->overrides->size() == max_overrides);
  CHECK(later->overrides->front().id == "o2");
  CHECK(later->overrides->back().id == "o101");
}

TEST_CASE("an override that can't be read is a damaged ledger") {
  const TemporaryDirectory directory;
  {
    Store store = open_store(directory);
    REQUIRE(store_one(store, request()));
  }
  Result<Database> database = Database::open(directory.at("ledger.db"));
  REQUIRE(database);
  REQUIRE(database->run("UPDATE overrides SET record = '{}'"));
  const Result<Ledger> ledger = open_store(directory).load();
  REQUIRE_FALSE(ledger);
  CHECK(ledger.error().code == "ledger.failed");
}

TEST_CASE("the reserve holds its place, is given up whole, and is had again") {
  const TemporaryDirectory directory;
  Reserve reserve(directory.path());
  CHECK_FALSE(reserve.give_up());
  reserve.take();
  CHECK(reserve.held() == Reserve::full_bytes);
  CHECK(Reserve(directory.path()).held() == Reserve::full_bytes);
  CHECK(reserve.give_up());
  CHECK(std::filesystem::file_size(directory.at("ledger.reserve")) == 0);
  reserve.take();
  CHECK(std::filesystem::file_size(directory.at("ledger.reserve")) == Reserve::full_bytes);
}

TEST_CASE("what only looks like a reserve is none") {
  const TemporaryDirectory directory;
  SECTION("a hole") {
    std::ofstream(directory.at("ledger.reserve")).close();
    std::filesystem::resize_file(directory.at("ledger.reserve"), Reserve::full_bytes);
    CHECK(Reserve(directory.path()).held() == 0);
  }
  SECTION("a symbolic link") {
    const std::string victim = directory.file("victim", "precious");
    std::filesystem::create_symlink(victim, directory.at("ledger.reserve"));
    Reserve reserve(directory.path());
    reserve.take();
    CHECK_FALSE(reserve.give_up());
    CHECK(std::filesystem::file_size(victim) == 8);
  }
  SECTION("a directory that is not there") {
    Reserve reserve(directory.at("missing"));
    reserve.take();
    CHECK(reserve.held() == 0);
  }
}
