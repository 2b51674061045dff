// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "core/wire_permit.hpp"
#include "tests/daemon/ledger/changes.hpp"

using namespace guardd;
using namespace guardd::ledger;
using namespace guardd::test;

namespace {

Permit some_permit() {
  Permit permit;
  permit.whole_host = true;
  permit.by = "root (uid 0)";
  permit.holder = {.pid = 812, .start_ticks = 4711};
  permit.has_command = true;
  permit.boot_id = "boot";
  permit.expires_boot_ms = 5000;
  return grant(permit);
}

Change adding() {
  Change change = some_record("");
  change.permit_step = PermitStep{.add = some_permit(), .id = {}, .change = {}};
  return change;
}

Change changing(const std::string& id, std::function<Result<Permit>(Permit)> how) {
  Change change = some_record("");
  change.permit_step = PermitStep{.add = {}, .id = id, .change = std::move(how)};
  return change;
}

Result<Permit> revoked(Permit permit) { return revoke(std::move(permit), "mariadbd started"); }
Result<Permit> ended(Permit permit) { return end(std::move(permit), 0, false); }

}  // namespace

TEST_CASE("a permit goes from step to step, each with its record, across restarts") {
  const TemporaryDirectory directory;
  {
    Store store = open_store(directory);
    const Result<Stored> made = store_one(store, adding());
    REQUIRE(made);
    CHECK(made->permit->id == "p1");
    CHECK(made->record.kind == "permit.granted");
    CHECK(made->record.what.at("permit").at("id") == "p1");
  }
  Store store = open_store(directory);
  Permit again = store.load()->permits.at(0);
  CHECK(again.id == "p1");
  again.id.clear();
  CHECK(again == some_permit());
  CHECK(store_one(store, changing("p1", revoked))->record.kind == "permit.revoked");
  CHECK(store.load()->permits.at(0).state == PermitState::revoked);
}

TEST_CASE("of two steps at once each is made on what the other has left") {
  const TemporaryDirectory directory;
  Store store = open_store(directory);
  REQUIRE(store_one(store, adding()));
  const std::array changes{changing("p1", ended), changing("p1", revoked)};
  const std::vector<Result<Stored>> results = store.apply(changes);
  CHECK(results.at(0));
  CHECK(results.at(1).error().code == "conflict");
  CHECK(store.load()->permits.at(0).state == PermitState::ended);
  CHECK(store_one(store, changing("p2", ended)).error().code == "not_found");
}

TEST_CASE("there is room as long as some are over, and an interrupted one is never dropped") {
  const TemporaryDirectory directory;
  Store store = open_store(directory);
  for (std::size_t i = 0; i < max_permits; ++i) REQUIRE(store_one(store, adding()));
  CHECK(store_one(store, adding()).error().code == "too_many");
  const auto interrupted = [](Permit permit) -> Result<Permit> {
    permit.state = PermitState::interrupted;
    return permit;
  };
  REQUIRE(store_one(store, changing("p1", interrupted)));
  CHECK(store_one(store, adding()).error().code == "too_many");
  REQUIRE(store_one(store, changing("p2", ended)));
  REQUIRE(store_one(store, adding()));
  const std::vector<Permit> permits = store.load()->permits;
  CHECK(permits.size() == max_permits);
  CHECK(permits.at(0).id == "p1");
  CHECK(permits.at(1).id == "p3");
}
