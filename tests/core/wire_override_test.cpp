// SPDX-License-Identifier: Apache-2.0
#include "core/wire_override.hpp"

#include <catch2/catch.hpp>

#include "core/strict_json.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

Override full() {
  Override override_;
  override_.operation = Operation::wipe;
  override_.targets = {
      {.path = "/dev/sdb", .device = DeviceNumber{8, 16}, .block_device = true, .mount_id = {}, .inode = {}},
      {.path = "/srv/a\nb", .device = DeviceNumber{254, 1}, .block_device = false, .mount_id = 29, .inode = 42}};
  override_.reason = "dying\n";
  override_.by = "ann (uid 1000)";
  override_.nonce = "4k7q-f2mz";
  override_.host = "db1";
  override_.machine_id = "m";
  override_.boot_id = "b";
  override_.requested_s = 1;
  override_.requested_boot_ms = 2;
  override_.expires_boot_ms = 3;
  override_.state = OverrideState::applied;
  override_.approvals = {{"ann", "SHA256:a"}, {"root, who typed", ""}};
  override_.applied_by = "bob";
  return override_;
}

json valid() { return {{"operation", "reinstall"}, {"scope", "host"}, {"reason", "the data is gone"}}; }

}  // namespace

TEST_CASE("an override's record is read back as it was") {
  const Result<Override> again = parse_override_record(to_text(override_record(full())));
  REQUIRE(again);
  CHECK(*again == full());
}

TEST_CASE("a record that says less, more or another thing is none") {
  const json record = override_record(full());
  for (const auto& [key, value] : record.items()) {
    json without = record;
    without.erase(key);
    const bool may_lack = key == "machine_id" || key == "applied_by" || key.ends_with("_s") || key.ends_with("_ms");
    INFO(key);
    CHECK(parse_override_record(without.dump()).ok() == may_lack);
    json wrong = record;
    wrong[key] = json::object();
    CHECK_FALSE(parse_override_record(wrong.dump()));
  }
  json more = record;
  more["force"] = true;
  CHECK_FALSE(parse_override_record(more.dump()));
  json expired = record;
  expired["state"] = "expired";
  CHECK_FALSE(parse_override_record(expired.dump()));
  CHECK_FALSE(parse_override_record(""));
  CHECK_FALSE(parse_override_record("[]"));
}

TEST_CASE("a request says operation, scope and reason, and nothing that is for guardd to say") {
  const Result<Override> wanted = parse_override_request(valid().dump());
  REQUIRE(wanted);
  CHECK(wanted->whole_host);
  CHECK(wanted->reason == "the data is gone");
  CHECK(wanted->nonce.empty());
  const auto again = parse_override_request(to_text(override_request_json(full())));
  REQUIRE(again);
  CHECK(again->targets == full().targets);
  const auto fails = [](json change) {
    json body = valid();
    body.update(change);
    return !parse_override_request(body.dump()).ok();
  };
  CHECK_FALSE(fails({{"operation", "reboot"}}));
  CHECK(fails({{"operation", "wipe"}}));
  CHECK(fails({{"operation", "release"}}));
  CHECK(fails({{"scope", "targets"}}));
  CHECK(fails({{"reason", ""}}));
  CHECK_FALSE(fails({{"reason", std::string(1000, 'x')}}));
  CHECK(fails({{"reason", std::string(1001, 'x')}}));
  for (const char* key : {"nonce", "boot_id", "machine_id", "host", "by", "state", "id", "expect_host"}) {
    CHECK(fails({{key, "x"}}));
  }
  // A target by its name alone may be another thing when it is approved.
  CHECK(fails({{"scope", "targets"}, {"targets", {"/dev/sdb"}}}));
  CHECK_FALSE(fails(
      {{"scope", "targets"}, {"targets", {{{"path", "/dev/sdb"}, {"kind", "block_device"}, {"device", "8:16"}}}}}));
}

TEST_CASE("a proof is signatures, or what was typed") {
  CHECK(parse_proof(R"({"signatures": ["a", "b"]})")->signatures == std::vector<std::string>{"a", "b"});
  CHECK(parse_proof(R"({"nonce": "n", "host": "h"})")->host == "h");
  for (const char* body :
       {"", "{}", "[]", R"({"signatures": []})", R"({"signatures": [""]})", R"({"signatures": "a"})",
        R"({"nonce": "n"})", R"({"host": "h"})", R"({"nonce": "", "host": "h"})", R"({"nonce": "n", "host": ""})",
        R"({"signatures": ["a"], "nonce": "n"})", R"({"signatures": ["a"], "nonce": "n", "host": "h"})",
        R"({"signatures": ["a"], "challenge": "x"})", R"({"signatures": [1]})"}) {
    INFO(body);
    CHECK_FALSE(parse_proof(body));
  }
  Proof many;
  many.signatures.assign(max_signatures, "s");
  CHECK(parse_proof(proof_json(many).dump()));
  many.signatures.emplace_back("s");
  CHECK_FALSE(parse_proof(proof_json(many).dump()));
  Proof large;
  large.signatures = {std::string(ObjectReader::max_text, 's')};
  CHECK(parse_proof(proof_json(large).dump()));
  large.signatures.front() += 's';
  CHECK_FALSE(parse_proof(proof_json(large).dump()));
  CHECK(parse_proof(proof_json({.signatures = {}, .nonce = "n", .host = "h"}).dump()));
}

TEST_CASE("what is shown of an override has no nonce, and is safe to print") {
  const std::string text = to_json(full(), OverrideState::expired).dump();
  CHECK(text.find("4k7q") == std::string::npos);
  CHECK(text.find("\"expired\"") != std::string::npos);
  CHECK(text.find("/srv/a\\\\nb") != std::string::npos);
  CHECK(text.find("SHA256:a") != std::string::npos);
}

TEST_CASE("an approval of a release is asked for by dataset alone, and kept with what it is called") {
  const json body{{"dataset", "mysql-1"}, {"reason", "sold"}};
  const Result<Override> wanted = parse_override_request(body.dump());
  REQUIRE(wanted);
  CHECK(wanted->dataset == "mysql-1");
  CHECK(override_request_json(*wanted) == body);
  for (const char* key : {"operation", "scope", "targets", "dataset_name"}) {
    json more = body;
    more[key] = "reinstall";
    CHECK_FALSE(parse_override_request(more.dump()));
  }
  Override kept = full();
  kept.targets.clear();
  kept.operation = Operation::reinstall;
  kept.dataset = "mysql-1";
  CHECK_FALSE(parse_override_record(to_text(override_record(kept))));
  kept.dataset_name = "mysql at /srv/\x1b[2J";
  const Result<Override> again = parse_override_record(to_text(override_record(kept)));
  REQUIRE(again);
  CHECK(*again == kept);
  json mixed = override_record(kept);
  mixed["operation"] = "reinstall";
  CHECK_FALSE(parse_override_record(mixed.dump()));
  const json shown = to_json(kept, kept.state);
  CHECK(shown["operation"] == "release");
  CHECK(shown["data"] == "mysql at /srv/\\x1b[2J");
  CHECK_FALSE(shown.contains("scope"));
}
