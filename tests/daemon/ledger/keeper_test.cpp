// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/keeper.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "daemon/ledger/witness.hpp"
#include "tests/daemon/ledger/changes.hpp"

using namespace guardd;
using namespace guardd::ledger;
using namespace guardd::test;

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// A state directory, and guardds that come and go.
struct State {
  TemporaryDirectory directory;
  std::string state = directory.directory("state");
  std::string witness = directory.at("state.witness");

  /// Does something with a keeper, to the end of what it is doing.
  Ledger with_keeper(const std::vector<Change>& changes, bool adopt = false) {
    asio::io_context loop;
    Keeper keeper(loop.get_executor(), state);
    for (const Change& change : changes) {
      asio::co_spawn(loop, run(keeper, change, adopt), asio::detached);
      loop.run();
      loop.restart();
    }
    return keeper.current();
  }
  std::vector<Result<Stored>> results;

 private:
  asio::awaitable<void> run(Keeper& keeper, Change change, bool adopt) {
    if (adopt) {
      Result<Stored> stored = co_await keeper.adopt(change.record);
      results.push_back(std::move(stored));
    } else {
      Result<Stored> stored = co_await keeper.store(change);
      results.push_back(std::move(stored));
    }
  }
};

}  // namespace

TEST_CASE("what is stored is in force at once and after a restart") {
  State state;
  const Ledger first = state.with_keeper({some_hold(), some_hold("another"), removal("h1")});
  REQUIRE(first.holds.size() == 1);
  CHECK(first.holds[0].id == "h2");
  CHECK(first.latest_s == 1'700'000'000);
  const Ledger second = state.with_keeper({});
  REQUIRE(second.holds.size() == 1);
  CHECK(second.holds[0].reason == "another");
  CHECK(second.latest_s == 1'700'000'000);
  CHECK(second.lost.empty());
  CHECK(second.readable.known());
}

TEST_CASE("the witness keeps up, beside the state directory") {
  State state;
  state.with_keeper({some_record(), some_record()});
  const auto witness = read_witness(state.witness).value();
  REQUIRE(witness);
  CHECK(witness->seq == 2);
  CHECK(witness_path(state.state + "/") == state.witness);
}

TEST_CASE("a ledger that was lost, replaced or put back is lost until somebody adopts it") {
  State state;
  state.with_keeper({some_hold()});
  const std::string copy = state.directory.at("copy");
  fs::copy(state.state, copy, fs::copy_options::recursive);
  state.with_keeper({some_hold("the one that must not be forgotten")});
  std::string why;
  SECTION("removed") {
    fs::remove_all(state.state);
    fs::create_directory(state.state);
    why = "another ledger";
  }
  SECTION("put back") {
    fs::remove_all(state.state);
    fs::rename(copy, state.state);
    why = "an earlier state: record 2";
  }
  SECTION("put back, and written to since") {
    fs::remove_all(state.state);
    fs::rename(copy, state.state);
    Store store = Store::open(state.state).value();
    for (int i = 0; i < 5; ++i) REQUIRE(store.apply(std::array{some_record()}).front());
    why = "record 2 is another one";
  }
  SECTION("its witness can't be read") {
    state.directory.file("state.witness", "{");
    why = "witness can't be read";
  }
  const Ledger lost = state.with_keeper({some_record()});
  INFO(lost.lost);
  CHECK(lost.lost.find(why) != std::string::npos);
  // Being used does not make it found again.
  CHECK_FALSE(state.with_keeper({}).lost.empty());
  CHECK(state.with_keeper({some_record("adopted")}, true).lost.empty());
  CHECK(state.with_keeper({}).lost.empty());
}

TEST_CASE("a witness that is gone is made anew: a fresh host has none") {
  State state;
  state.with_keeper({some_hold()});
  fs::remove(state.witness);
  CHECK(state.with_keeper({}).lost.empty());
  CHECK(fs::exists(state.witness));
}

TEST_CASE("a ledger that can't be opened is not readable, and nothing can be stored") {
  State state;
  state.directory.file("state/ledger.db", "no database, and longer than that a database could be one or so it seems");
  const Ledger ledger = state.with_keeper({some_hold()});
  CHECK_FALSE(ledger.readable.known());
  REQUIRE(state.results.size() == 1);
  CHECK(state.results[0].error().code == "ledger.failed");
}

TEST_CASE("a ledger whose file was taken away under it takes nothing more") {
  State state;
  asio::io_context loop;
  Keeper keeper(loop.get_executor(), state.state);
  fs::rename(state.state, state.directory.at("elsewhere"));
  std::optional<Result<Stored>> result;
  const Change change = some_record();
  const auto store = [&]() -> asio::awaitable<void> { result = co_await keeper.store(change); };
  asio::co_spawn(loop, store(), asio::detached);
  loop.run();
  REQUIRE(result);
  CHECK(result->error().code == "ledger.failed");
  CHECK_FALSE(keeper.current().readable.known());
  fs::rename(state.directory.at("elsewhere"), state.state);
  loop.restart();
  asio::co_spawn(loop, store(), asio::detached);
  loop.run();
  CHECK(result->ok());
  CHECK(keeper.current().readable.known());
}

TEST_CASE("adopting a ledger is the way out after a clock that was years ahead") {
  State state;
  Change ahead = some_record();
  ahead.record.wall_s = 4'000'000'000;
  CHECK(state.with_keeper({ahead}).latest_s == 4'000'000'000);
  CHECK(state.with_keeper({some_record("adopted")}, true).latest_s == 1'700'000'000);
  CHECK(state.with_keeper({}).latest_s == 1'700'000'000);
}
