// SPDX-License-Identifier: Apache-2.0
#include "core/override.hpp"

#include <catch2/catch.hpp>

using namespace guardd;

namespace {

Target device(const std::string& path, std::uint32_t minor) {
  return {.path = path, .device = DeviceNumber{8, minor}, .block_device = true, .mount_id = {}, .inode = {}};
}

Override some_override() {
  Override override_;
  override_.id = "o1";
  override_.operation = Operation::wipe;
  override_.targets = {device("/dev/sdb", 16), device("/dev/sdc", 32)};
  override_.reason = "dying";
  override_.nonce = "4k7q-f2mz";
  override_.host = "db1";
  override_.boot_id = "this boot";
  override_.requested_boot_ms = 1000;
  override_.expires_boot_ms = 5000;
  return override_;
}

CheckRequest about(std::vector<Target> targets) {
  return {.operation = Operation::wipe, .whole_host = false, .targets = std::move(targets), .expect_host = {}};
}

}  // namespace

TEST_CASE("an override lives in its boot and its time alone") {
  Override override_ = some_override();
  for (const OverrideState state : {OverrideState::requested, OverrideState::applied}) {
    override_.state = state;
    CHECK(state_at(override_, {"this boot", 1000}) == state);
    CHECK(state_at(override_, {"this boot", 4999}) == state);
    CHECK(state_at(override_, {"this boot", 5000}) == OverrideState::expired);
    CHECK(state_at(override_, {"this boot", 999}) == OverrideState::expired);
    CHECK(state_at(override_, {"another boot", 2000}) == OverrideState::expired);
    CHECK(state_at(override_, {"", 2000}) == OverrideState::expired);
  }
  override_.boot_id.clear();
  CHECK(state_at(override_, {"", 2000}) == OverrideState::expired);
  override_.state = OverrideState::spent;
  CHECK(state_at(override_, {"another boot", 9000}) == OverrideState::spent);
}

TEST_CASE("each step leads on from one state, once") {
  const Result<Override> applied = apply(some_override(), {{"ann", "SHA256:a"}}, "root");
  REQUIRE(applied);
  CHECK(applied->state == OverrideState::applied);
  CHECK(applied->approvals.size() == 1);
  CHECK(applied->applied_by == "root");
  CHECK(apply(*applied, {}, "root").error().code == "conflict");
  CHECK(spend(some_override()).error().code == "conflict");
  const Result<Override> spent = spend(*applied);
  REQUIRE(spent);
  CHECK(spent->state == OverrideState::spent);
  CHECK(spend(*spent).error().code == "conflict");
  CHECK(apply(*spent, {}, "root").error().code == "conflict");
}

TEST_CASE("it is about exactly what was approved") {
  const Override override_ = some_override();
  const std::vector<Target> both = override_.targets;
  CHECK(is_about(override_, about(both)));
  CHECK(is_about(override_, about({both[1], both[0], both[1]})));
  Target mounted_elsewhere = both[0];
  mounted_elsewhere.mount_id = 7;
  CHECK(is_about(override_, about({mounted_elsewhere, both[1]})));

  CHECK_FALSE(is_about(override_, about({both[0]})));
  CHECK_FALSE(is_about(override_, about({both[0], both[1], device("/dev/sdd", 48)})));
  CHECK_FALSE(is_about(override_, about({both[0], device("/dev/sdc", 48)})));
  CHECK_FALSE(is_about(override_, about({both[0], device("/dev/sdd", 32)})));
  Target other = both[0];
  other.block_device = false;
  CHECK_FALSE(is_about(override_, about({other, both[1]})));
  other = both[0];
  other.inode = 9;
  CHECK_FALSE(is_about(override_, about({other, both[1]})));
  other = both[0];
  other.device.reset();
  CHECK_FALSE(is_about(override_, about({other, both[1]})));
  CheckRequest request = about(both);
  request.operation = Operation::reinstall;
  CHECK_FALSE(is_about(override_, request));
  CHECK_FALSE(
      is_about(override_, {.operation = Operation::wipe, .whole_host = true, .targets = {}, .expect_host = {}}));
}

TEST_CASE("a challenge names the scope, each target with its number") {
  const std::string text = challenge_text(challenge_of(some_override()));
  CHECK(text.find("\nscope: targets\ntarget: /dev/sdb, block device 8:16\ntarget: /dev/sdc, block device 8:32\n") !=
        std::string::npos);
  CHECK(text.find("\nvalid-for: 4 s\nexpires-boot-ms: 5000\n") != std::string::npos);
  Override host = some_override();
  host.targets.clear();
  host.whole_host = true;
  CHECK(challenge_text(challenge_of(host)).find("\nscope: host\nreason: dying\n") != std::string::npos);
  Override path = some_override();
  path.targets = {
      {.path = "/srv/old", .device = DeviceNumber{254, 1}, .block_device = false, .mount_id = 29, .inode = 42}};
  CHECK(challenge_text(challenge_of(path)).find("\ntarget: /srv/old, on device 254:1, inode 42\n") !=
        std::string::npos);
}

TEST_CASE("what is typed is the nonce and the host, both") {
  const Override override_ = some_override();
  CHECK(why_not_typed(override_, "4k7q-f2mz", "db1").empty());
  CHECK_FALSE(why_not_typed(override_, "4k7q-f2mz", "db2").empty());
  CHECK_FALSE(why_not_typed(override_, "4k7q-f2mx", "db1").empty());
  CHECK_FALSE(why_not_typed(override_, "db1", "db1").empty());
  CHECK_FALSE(why_not_typed(override_, "", "db1").empty());
  Override nameless = some_override();
  nameless.nonce.clear();
  nameless.host.clear();
  CHECK_FALSE(why_not_typed(nameless, "", "").empty());
}

TEST_CASE("an approval of a release admits that dataset's release and no operation") {
  Override override_ = some_override();
  override_.targets.clear();
  override_.dataset = "mysql-1";
  override_.dataset_name = "mysql at /srv/db";
  override_.machine_id = "m";
  const BootMoment now{"this boot", 2000};
  const auto admits = [&](std::string_view dataset, std::string_view machine, const BootMoment& moment) {
    return approval_of_release({override_}, dataset, machine, moment) != nullptr;
  };
  CHECK_FALSE(admits("mysql-1", "m", now));  // requested is not applied
  override_.state = OverrideState::applied;
  CHECK(admits("mysql-1", "m", now));
  CHECK_FALSE(admits("mysql-2", "m", now));
  CHECK_FALSE(admits("mysql-1", "another machine", now));
  CHECK_FALSE(admits("mysql-1", "m", {"this boot", 5000}));
  CHECK_FALSE(admits("mysql-1", "m", {"another boot", 2000}));
  override_.state = OverrideState::spent;
  CHECK_FALSE(admits("mysql-1", "m", now));
  CHECK_FALSE(approval_of_release({some_override()}, "", "", now));

  CHECK_FALSE(is_about(override_, about({})));
  const std::string text = challenge_text(challenge_of(override_));
  CHECK_THAT(text, Catch::Contains("\noperation: release\ndataset: mysql-1\ndata: mysql at /srv/db\nreason: "));
}
