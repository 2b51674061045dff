// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "core/locate.hpp"
#include "core/storage_graph.hpp"
#include "core/trace.hpp"

using namespace guardd;

namespace {

BlockDeviceFact device(std::string name, DeviceNumber number) {
  BlockDeviceFact fact;
  fact.name = std::move(name);
  fact.device = number;
  return fact;
}

/// md0 over sda1 and sdb1, an LVM volume on it, a loop device over a file on that.
std::vector<BlockDeviceFact> stack() {
  std::vector<BlockDeviceFact> devices{device("sda", {8, 0}),   device("sda1", {8, 1}), device("sdb", {8, 16}),
                                       device("sdb1", {8, 17}), device("md0", {9, 0}),  device("dm-0", {253, 0}),
                                       device("loop0", {7, 0})};
  devices[1].parent = "sda";
  devices[3].parent = "sdb";
  devices[4].slaves = {"sda1", "sdb1"};
  devices[5].slaves = {"md0"};
  devices[6].backing_file = "/lv/image";
  devices[6].backing_devices = {{253, 0}};
  return devices;
}

MountFact mount(std::int64_t id, std::int64_t parent, DeviceNumber number, std::string mountpoint,
                std::string root = "/") {
  MountFact fact;
  fact.mnt_ns = 1;
  fact.id = id;
  fact.parent = parent;
  fact.device = number;
  fact.root = std::move(root);
  fact.mountpoint = std::move(mountpoint);
  fact.fstype = "ext4";
  return fact;
}

}  // namespace

TEST_CASE("ancestors go down to every disk, descendants up to the loop device") {
  const StorageGraph graph(stack());
  const auto ancestry = graph.ancestors({7, 0});
  CHECK(ancestry.traceable);
  CHECK(ancestry.devices == std::vector<DeviceNumber>{{7, 0}, {253, 0}, {9, 0}, {8, 1}, {8, 17}, {8, 0}, {8, 16}});
  CHECK(graph.descendants({8, 16}) == std::vector<DeviceNumber>{{8, 16}, {8, 17}, {9, 0}, {253, 0}, {7, 0}});
}

TEST_CASE("bcache is lost with its backing device and with its cache, a multipath device with its disk by any path") {
  // bd_link_disk_holder() for both, drivers/md/bcache/super.c: with writeback the cache has what the other has not.
  std::vector<BlockDeviceFact> devices{
      device("sdb", {8, 16}), device("nvme0n1", {259, 0}), device("nvme0n1p4", {259, 4}), device("bcache0", {252, 0}),
      device("sdc", {8, 32}), device("sdd", {8, 48}),      device("dm-1", {253, 1}),      device("dm-2", {253, 2})};
  devices[2].parent = "nvme0n1";
  devices[3].slaves = {"sdb", "nvme0n1p4"};
  devices[6].slaves = {"sdc", "sdd"};
  devices[7].slaves = {"dm-1"};  // its first partition, as kpartx makes it
  const StorageGraph graph(devices);
  CHECK(graph.ancestors({252, 0}).devices == std::vector<DeviceNumber>{{252, 0}, {8, 16}, {259, 4}, {259, 0}});
  CHECK(graph.descendants({259, 0}) == std::vector<DeviceNumber>{{259, 0}, {259, 4}, {252, 0}});
  CHECK(graph.ancestors({253, 2}).devices == std::vector<DeviceNumber>{{253, 2}, {253, 1}, {8, 32}, {8, 48}});
  CHECK(graph.descendants({8, 48}) == std::vector<DeviceNumber>{{8, 48}, {253, 1}, {253, 2}});
}

TEST_CASE("a device that does not say what it stands on is untraceable") {
  std::vector<BlockDeviceFact> devices{device("sda", {8, 0}), device("zd16", {230, 16}), device("zd16p1", {230, 17}),
                                       device("drbd0", {147, 0}), device("zdump", {250, 0})};
  devices[2].parent = "zd16";
  CHECK_FALSE(StorageGraph(devices).ancestors({230, 16}).traceable);
  CHECK_FALSE(StorageGraph(devices).ancestors({230, 17}).traceable);
  CHECK_FALSE(StorageGraph(devices).ancestors({147, 0}).traceable);
  CHECK(StorageGraph(devices).ancestors({250, 0}).traceable);
  devices[3].slaves = {"sda"};
  CHECK(StorageGraph(devices).ancestors({147, 0}).traceable);
}

TEST_CASE("a member that is not there makes the ancestry untraceable") {
  std::vector<BlockDeviceFact> devices = stack();
  SECTION("a missing RAID member") { devices[4].slaves.emplace_back("sdc1"); }
  SECTION("a loop device whose file lies nobody knows where") { devices[6].backing_devices.clear(); }
  CHECK_FALSE(StorageGraph(devices).ancestors({7, 0}).traceable);
}

TEST_CASE("an unknown device is untraceable, and a cycle ends") {
  std::vector<BlockDeviceFact> devices = stack();
  CHECK_FALSE(StorageGraph(devices).ancestors({99, 9}).traceable);
  devices[0].slaves = {"loop0"};
  CHECK(StorageGraph(devices).ancestors({7, 0}).devices.size() == 7);
}

TEST_CASE("a path is in the longest mount point, the topmost of several") {
  const std::vector<MountFact> mounts{mount(1, 0, {8, 1}, "/"), mount(4, 3, {8, 4}, "/srv"),
                                      mount(2, 1, {8, 2}, "/srv"), mount(3, 2, {8, 3}, "/srv"),
                                      mount(5, 4, {8, 5}, "/srv/db")};
  CHECK(mount_of(MountIndex(mounts), 1, "/srv/x")->id == 4);
  CHECK(mount_of(MountIndex(mounts), 1, "/srv/db/x")->id == 5);
  CHECK(mount_of(MountIndex(mounts), 1, "/srv/dbx")->id == 4);
  CHECK(mount_of(MountIndex(mounts), 1, "/srvx")->id == 1);
  CHECK(mount_of(MountIndex(mounts), 2, "/srv") == nullptr);
}

TEST_CASE("what stands right on a device") {
  const StorageGraph graph(stack());
  const auto names = [&](DeviceNumber number) {
    std::vector<std::string> result;
    for (const BlockDeviceFact* child : graph.children(number)) result.push_back(child->name);
    return result;
  };
  CHECK(names({8, 0}) == std::vector<std::string>{"sda1"});
  CHECK(names({8, 17}) == std::vector<std::string>{"md0"});
  CHECK(names({253, 0}) == std::vector<std::string>{"loop0"});
  CHECK(names({7, 0}).empty());
  CHECK(names({9, 9}).empty());
}

TEST_CASE("two names of one directory have one location") {
  const std::vector<MountFact> mounts{mount(1, 0, {8, 1}, "/"), mount(2, 1, {8, 1}, "/mnt", "/var/lib")};
  CHECK(locate(MountIndex(mounts), 1, 1, "/mnt/mysql") == locate(MountIndex(mounts), 1, 1, "/var/lib/mysql"));
}

TEST_CASE("an overlay that names itself as its upper directory does not loop") {
  MountFact overlay = mount(1, 0, {0, 50}, "/");
  overlay.fstype = "overlay";
  overlay.upperdir = "/upper";
  const std::vector<MountFact> only{overlay};
  CHECK(locate(MountIndex(only), 1, 1, "/x").empty());
}

TEST_CASE("is_within compares whole components") {
  CHECK(is_within("/a/b", "/a"));
  CHECK(is_within("/a", "/a"));
  CHECK(is_within("/a", "/"));
  CHECK_FALSE(is_within("/ab", "/a"));
  CHECK_FALSE(is_within("/a", "/a/b"));
}
