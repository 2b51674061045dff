// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/ledger/store.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd::test {

inline ledger::Store open_store(const TemporaryDirectory& directory) {
  Result<ledger::Store> store = ledger::Store::open(directory.path());
  if (!store) FAIL(store.error().message);
  return std::move(store).value();
}

inline ledger::Change some_hold(const std::string& reason = "migration until Friday") {
  ledger::Change change;
  change.record = {.wall_s = 1'700'000'000, .kind = "hold.added", .actor = {}, .what = nlohmann::json::object()};
  change.add_hold =
      Hold{.id = {},
           .operation = Operation::reinstall,
           .targets =
               {{.path = "/dev/sdb", .device = DeviceNumber{8, 16}, .block_device = true, .mount_id = {}, .inode = {}}},
           .reason = reason,
           .by = "ann",
           .added_s = 1'700'000'000,
           .until_s = 1'800'000'000};
  return change;
}

inline ledger::Change some_record(const std::string& kind = "verdict") {
  ledger::Change change;
  change.record = {.wall_s = 1'700'000'000, .kind = kind, .actor = {}, .what = {{"verdict", "allow"}}};
  return change;
}

inline ledger::Change removal(const std::string& id) {
  ledger::Change change = some_record("hold.removed");
  change.remove_hold = id;
  return change;
}

inline Result<ledger::Stored> store_one(ledger::Store& store, const ledger::Change& change) {
  std::vector<Result<ledger::Stored>> results = store.apply(std::array{change});
  REQUIRE(results.size() == 1);
  return std::move(results.front());
}

}  // namespace guardd::test
