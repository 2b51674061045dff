// SPDX-License-Identifier: Apache-2.0
#include "gate/start_intents.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "gate/sight.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd::gate::test {
namespace {

using guardd::test::TemporaryDirectory;

const PermitHolder dead{.pid = 1, .start_ticks = 1};  // as if its number had been given anew

PermitHolder this_process() { return identify(::getpid()).value(); }

StartIntent start_of(const std::string& service, const PermitHolder& caller) {
  return {.service = service, .unit = {}, .caller = caller, .boot_id = "boot", .boot_ms = 12};
}

TEST_CASE("a start supersedes those of its unit, and those of its script that is gone") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.path(), .state = directory.path()};
  StartIntent of_unit = start_of("db", this_process());
  of_unit.unit = "db.service";
  for (int i = 0; i < 3; ++i) REQUIRE(file_start_intent(places, of_unit));
  CHECK(read_start_intents(places).intents.size() == 1);
  REQUIRE(file_start_intent(places, start_of("db", dead)));
  REQUIRE(file_start_intent(places, start_of("other", dead)));
  CHECK(read_start_intents(places).intents.size() == 3);
  REQUIRE(file_start_intent(places, start_of("db", this_process())));
  CHECK(read_start_intents(places).intents.size() == 3);
}

TEST_CASE("each start has a file of its own, and dropping one leaves the others") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.path(), .state = directory.path()};
  CHECK(read_start_intents(places).intents.empty());
  const StartIntent intent = start_of("mariadb.service", this_process());
  REQUIRE(file_start_intent(places, intent));
  REQUIRE(file_start_intent(places, intent));
  StartIntents read = read_start_intents(places);
  CHECK(read.problems.empty());
  REQUIRE(read.intents.size() == 2);
  CHECK(read.intents[0].intent == intent);
  CHECK(read.intents[0].file != read.intents[1].file);
  REQUIRE(drop_start_intent(places, read.intents[0].file));
  REQUIRE(drop_start_intent(places, read.intents[0].file));
  CHECK(read_start_intents(places).intents.size() == 1);
}

TEST_CASE("what is no start is told, and hides no other") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.path(), .state = directory.path()};
  REQUIRE(file_start_intent(places, start_of("x", dead)));
  directory.file("starts/torn", "{\"service\":");
  directory.file("starts/more",
                 R"({"service":"x","caller":{"pid":1,"start_ticks":1},"boot_id":"b","boot_ms":1,"x":1})");
  const StartIntents read = read_start_intents(places);
  CHECK(read.intents.size() == 1);
  CHECK(read.problems.size() == 2);
}

}  // namespace
}  // namespace guardd::gate::test
