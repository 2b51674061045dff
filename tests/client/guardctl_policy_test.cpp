// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/client/answers.hpp"
#include "tests/client/fake_server.hpp"
#include "tests/client/run.hpp"

namespace guardd::client::test {
namespace {

using nlohmann::json;

TEST_CASE("guardctl policy check: the shipped policies are valid") {
  const Run run = guardctl({"policy", "check", GUARDD_SOURCE_DIR "/policies"});
  INFO(run.out);
  CHECK(run.exit_status == 0);
  CHECK(has(run.out, "valid"));
  const Run as_json = guardctl({"policy", "check", GUARDD_SOURCE_DIR "/policies", "--json"});
  CHECK(json::parse(as_json.out).at("valid") == true);
  CHECK(json::parse(as_json.out).at("files").size() > 1);
}

TEST_CASE("guardctl policy check: a bad file is named, with the place") {
  const TemporaryDirectory directory;
  const std::string bad = directory.file("bad.json", R"({"allow": "everything"})");
  const Run run = guardctl({"policy", "check", bad});
  CHECK(run.exit_status == 1);
  CHECK(has(run.out, bad + ": /allow: "));
  CHECK(guardctl({"policy", "check", directory.file("broken.json", "{")}).exit_status == 1);
  CHECK(guardctl({"policy", "check", directory.file("empty.json", "")}).exit_status == 1);
  const json document = json::parse(guardctl({"policy", "check", directory.path(), "--json"}).out);
  CHECK(document.at("valid") == false);
  CHECK(document.at("errors").size() == 3);
}

TEST_CASE("guardctl policy check: what can't be read is not valid") {
  const TemporaryDirectory directory;
  const TemporaryDirectory schema_only;
  const std::string schema = schema_only.file("x.schema.json", "{}");
  CHECK(guardctl({"policy", "check", directory.path() + "/missing.json"}).exit_status == 2);
  // A site need not have a policy of its own.
  CHECK(guardctl({"policy", "check", directory.path()}).exit_status == 0);
  CHECK(guardctl({"policy", "check", schema_only.path()}).exit_status == 0);
  CHECK(guardctl({"policy", "check", "/dev/zero"}).exit_status == 2);
  CHECK(guardctl({"policy", "check", directory.file("big.json", std::string(1024 * 1024 + 1, ' '))}).exit_status == 2);
  CHECK(guardctl({"policy", "check", GUARDD_SOURCE_DIR "/policies", directory.path() + "/missing"}).exit_status == 2);
  CHECK(guardctl({"policy", "check"}).exit_status == 2);
  CHECK(guardctl({"policy", "check", ""}).exit_status == 2);
}

TEST_CASE("guardctl policy schema: the shipped schema, as it is") {
  const Run run = guardctl({"policy", "schema"});
  CHECK(run.exit_status == 0);
  std::ifstream file(GUARDD_SOURCE_DIR "/policies/policy.schema.json", std::ios::binary);
  const std::string shipped((std::istreambuf_iterator<char>(file)), {});
  CHECK_FALSE(shipped.empty());
  CHECK(run.out == shipped);
  CHECK(json::parse(run.out).is_object());
  CHECK(guardctl({"policy", "schema"}, {.out_path = "/dev/full"}).exit_status == 3);
}

}  // namespace
}  // namespace guardd::client::test
