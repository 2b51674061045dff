// SPDX-License-Identifier: Apache-2.0
#include "core/seal_plan.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/core/scenario.hpp"

using namespace guardd;
using namespace guardd::test;

namespace {

Scenario scenario(std::string_view name) {
  for (const Scenario& one : load_scenarios()) {
    if (one.name == name) return one;
  }
  FAIL("there is no scenario " << name);
  return {};
}

SealPlan plan(const Scenario& scenario, const std::vector<DiskNodes>& pass_through = {}) {
  return plan_seal(scenario.snapshot, pass_through, scenario.policy, scenario.ledger, scenario.now);
}

std::set<std::string> names(const SealPlan& plan) {
  std::set<std::string> all;
  for (const SealedDevice& device : plan.devices) all.insert(device.name);
  return all;
}

using Names = std::set<std::string>;

BlockDeviceFact& device_named(Scenario& scenario, std::string_view name) {
  return *std::ranges::find(scenario.snapshot.devices, name, &BlockDeviceFact::name);
}

}  // namespace

TEST_CASE("a bare host has nothing to seal") {
  const SealPlan bare = plan(scenario("bare-host"));
  CHECK(bare.devices.empty());
  CHECK(bare.not_sealed.empty());
  CHECK(bare.incomplete.empty());
}

TEST_CASE("what lies under active data is sealed, down to the disk under a loop device's file, and no sibling") {
  const SealPlan active = plan(scenario("wipe-disk-under-datadir"));
  CHECK(names(active) == Names{"/dev/loop0", "/dev/loop0p1", "/dev/vda", "/dev/vda1"});
  REQUIRE(active.devices.front().causes.size() == 1);
  CHECK(active.devices.front().causes.front().state == DatasetState::active);
  CHECK(active.devices.front().causes.front().path == "/mnt/l/mysql");
}

TEST_CASE("the partitions of what is in use as a whole are sealed: they are the same blocks") {
  Scenario host = scenario("wipe-disk-under-datadir");
  BlockDeviceFact stale = device_named(host, "loop0p1");
  stale.name = "loop0p2";
  stale.device = {259, 99};
  host.snapshot.devices.push_back(stale);
  REQUIRE_FALSE(names(plan(host)).contains("/dev/loop0p2"));
  // Something stands on the disk itself, and its table is another one's, or a left-over.
  device_named(host, "loop0p1").parent.clear();
  device_named(host, "loop0p1").slaves = {"loop0"};
  CHECK(names(plan(host)) == Names{"/dev/loop0", "/dev/loop0p1", "/dev/loop0p2", "/dev/vda", "/dev/vda1"});
}

TEST_CASE("of a disk that was partitioned anew since it carried what is remembered, the new partitions are free") {
  Scenario host = scenario("remembered-unmounted");
  const DeviceNumber disk = device_named(host, "vdb").device;
  const DeviceNumber partition = device_named(host, "vdb1").device;
  device_named(host, "vdb1").part_uuid = "another";
  std::erase_if(host.snapshot.signatures,
                [&](const SignatureFact& fact) { return fact.device == disk || fact.device == partition; });
  CHECK(names(plan(host)) == Names{"/dev/vdb", "/dev/vdb1"});
  host.snapshot.signatures.push_back({disk, Signature{"partition_table", "gpt", "", ""}});
  CHECK(names(plan(host)) == Names{"/dev/vdb"});
}

TEST_CASE("data at rest and remembered data seal too") {
  CHECK_FALSE(plan(scenario("at-rest")).devices.empty());
  const SealPlan remembered = plan(scenario("remembered-unmounted"));
  CHECK(names(remembered) == Names{"/dev/vdb", "/dev/vdb1"});
  CHECK(remembered.devices.front().causes.front().state == DatasetState::remembered);
  CHECK_FALSE(plan(scenario("remembered-disk-with-another-name")).devices.empty());
}

TEST_CASE("data that is provably gone seals nothing") {
  CHECK(plan(scenario("remembered-overwritten")).devices.empty());
  CHECK(plan(scenario("remembered-deleted")).devices.empty());
}

TEST_CASE("a disk that is not attached is no device to seal, and that is said") {
  const SealPlan absent = plan(scenario("remembered-disk-absent"));
  CHECK(absent.devices.empty());
  REQUIRE(absent.not_sealed.size() == 1);
  CHECK(absent.not_sealed.front().why == "no disk of it is attached");
}

TEST_CASE("a release and an exception unseal, and are named; an override does not") {
  const SealPlan released = plan(scenario("release-lifts"));
  CHECK(released.devices.empty());
  REQUIRE(released.not_sealed.size() == 1);
  CHECK(released.not_sealed.front().why.starts_with("release "));
  const SealPlan excepted = plan(scenario("exception-lifts"));
  REQUIRE(excepted.not_sealed.size() == 1);
  CHECK(excepted.not_sealed.front().why.starts_with("exception "));
  const Scenario overridden = scenario("override-admits");
  REQUIRE(overridden.decide().outcome == Outcome::allow);
  CHECK_FALSE(plan(overridden).devices.empty());
}

TEST_CASE("what lives in memory seals nothing; every member of a btrfs is sealed") {
  CHECK(plan(scenario("memory-only")).devices.empty());
  CHECK(plan(scenario("tmpfs-dataset")).devices.empty());
  CHECK(names(plan(scenario("btrfs-second-member"))).size() >= 2);
}

TEST_CASE("the character devices of a sealed disk are sealed with it, by its sequence number") {
  Scenario host = scenario("remembered-unmounted");
  device_named(host, "vdb").diskseq = 12;
  const SealPlan sealed = plan(host, {{device_named(host, "vdb").device, {{"sg1", {21, 1}}}},
                                      {device_named(host, "vdc").device, {{"sg2", {21, 2}}}}});
  CHECK(names(sealed) == Names{"/dev/sg1", "/dev/vdb", "/dev/vdb1"});
  CHECK(entries_of(sealed).at({true, {21, 1}}) == 12);
}

TEST_CASE("a disk that can be taken out is sealed only for what the system's own accounts have in use") {
  Scenario host = scenario("wipe-disk-under-datadir");
  for (const char* name : {"loop0", "loop0p1"}) device_named(host, name).removable = true;
  CHECK(names(plan(host)).contains("/dev/loop0p1"));
  const auto fixed_alone = [&] {
    const SealPlan by_somebody = plan(host);
    CHECK(names(by_somebody) == Names{"/dev/vda", "/dev/vda1"});
    REQUIRE(by_somebody.not_sealed.size() == 1);
    CHECK(by_somebody.not_sealed.front().why.find("can be taken out") != std::string::npos);
  };
  SECTION("not for an ordinary user's process") {
    host.snapshot.processes.front().uid = 1000;
    fixed_alone();
  }
  SECTION("not for a container's") {
    host.snapshot.processes.front().contained = true;
    fixed_alone();
  }
  SECTION("not for data that nobody has in use") {
    host.snapshot.directories.front().uses.clear();
    host.snapshot.processes.clear();
    host.snapshot.open_files.clear();
    fixed_alone();
  }
}

TEST_CASE("while something can't be seen nothing is unsealed, but what is gone or another disk by now") {
  Scenario host = scenario("inspector-failed");
  SealPlan partial = plan(host);
  REQUIRE_FALSE(partial.incomplete.empty());
  const BlockDeviceFact& disk = device_named(host, "vdb");
  const DeviceNode kept{false, disk.device};
  const DeviceNode recycled{false, device_named(host, "vdc").device};
  const DeviceNode gone{false, {8, 99}};
  const SealEntries present{{kept, disk.diskseq}, {recycled, 77}, {gone, 1}};
  auto& inspectors = host.snapshot.inspectors;
  auto& storage = *std::ranges::find(inspectors, "storage", &InspectorReport::name);
  storage.health = Health::ok;
  const SealEntries held = entries_to_hold(partial, present, host.snapshot, {});
  CHECK(held.contains(kept));
  CHECK_FALSE(held.contains(recycled));
  CHECK_FALSE(held.contains(gone));
  storage.health = Health::degraded;
  CHECK(entries_to_hold(partial, present, host.snapshot, {}) == present);
  partial.incomplete.clear();
  CHECK(entries_to_hold(partial, present, host.snapshot, {}).empty());
}

TEST_CASE("every dataset for which a reinstallation is refused is sealed, or it is said why not") {
  std::size_t datasets = 0;
  for (const Scenario& one : load_scenarios()) {
    INFO(one.name);
    const SealPlan sealed = plan(one);
    std::set<std::string> answered;
    for (const SealedDevice& device : sealed.devices) {
      for (const SealCause& cause : device.causes) answered.insert(cause.dataset);
    }
    for (const NotSealed& left : sealed.not_sealed) answered.insert(left.cause.dataset);
    Scenario asked = one;
    asked.request = {};
    asked.request.whole_host = true;
    asked.ledger.overrides.clear();
    for (const Reason& reason : asked.decide().reasons) {
      if (!reason.dataset || reason.dataset->memory || !reason.code.starts_with("dataset.")) continue;
      const std::vector<DeviceNumber>& under = reason.dataset->device_numbers;
      // What lies in a tmpfs lies on no device.
      if (under.empty() && reason.dataset->directory && reason.dataset->traceable) continue;
      ++datasets;
      CHECK(answered.contains(reason.dataset->id));
    }
  }
  CHECK(datasets > 50);
}

TEST_CASE("a permit's nodes are those of its targets and of what stands on them") {
  Scenario host = scenario("remembered-unmounted");
  const std::vector<DiskNodes> beside{{device_named(host, "vdb").device, {{"sg1", {21, 1}}}}};
  Permit permit;
  const auto target = [&](std::string_view name) {
    Target made;
    made.path = "/dev/" + std::string(name);
    made.device = device_named(host, name).device;
    made.block_device = true;
    permit.targets = {made};
  };
  target("vdb1");
  CHECK(nodes_of(permit, host.snapshot, beside) == std::vector<DeviceNode>{{false, device_named(host, "vdb1").device}});
  target("vdb");
  const auto of_disk = nodes_of(permit, host.snapshot, beside);
  REQUIRE(of_disk);
  CHECK(of_disk->size() == 3);
  CHECK(std::ranges::find(*of_disk, DeviceNode{true, {21, 1}}) != of_disk->end());
  permit.targets = {{.path = "/srv", .device = {}, .block_device = false, .mount_id = {}, .inode = {}}};
  CHECK(nodes_of(permit, host.snapshot, beside)->empty());
  permit.whole_host = true;
  CHECK_FALSE(nodes_of(permit, host.snapshot, beside));
}
