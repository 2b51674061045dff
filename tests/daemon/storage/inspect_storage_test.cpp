// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "core/storage_graph.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd {
namespace {

using test::TemporaryDirectory;

/// A host with a disk and its partition, a volume on that, and a loop device.
struct FakeHost {
  TemporaryDirectory tree;

  FakeHost() {
    tree.link("proc/1/ns/mnt", "mnt:[4026531841]");
    mounts("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
    tree.file("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
    device("sda", "8:0", "2048");
    tree.file("sys/devices/block/sda/removable", "0\n");
    tree.file("sys/devices/block/sda/diskseq", "9\n");
    partition("sda1", "8:1");
    device("dm-0", "254:0", "1024");
    tree.link("sys/devices/block/dm-0/slaves/sda1", "x");
    tree.link("sys/devices/block/sda/sda1/holders/dm-0", "x");
    device("loop0", "7:0", "8");
  }

  void mounts(const std::string& text) { tree.file("proc/1/mountinfo", text); }
  void device(const std::string& name, const std::string& number, const std::string& sectors) {
    const std::string directory = "sys/devices/block/" + name;
    tree.file(directory + "/dev", number + "\n");
    tree.file(directory + "/size", sectors + "\n");
    tree.file(directory + "/ro", "0\n");
    tree.link("sys/class/block/" + name, "../../devices/block/" + name);
  }
  void partition(const std::string& name, const std::string& number) {
    const std::string directory = "sys/devices/block/sda/" + name;
    tree.file(directory + "/dev", number + "\n");
    tree.file(directory + "/size", "1024\n");
    tree.file(directory + "/partition", "1\n");
    tree.link("sys/class/block/" + name, "../../devices/block/sda/" + name);
  }

  [[nodiscard]] HostRoot root() const {
    return {tree.at("proc"), tree.at("sys"), tree.at("etc"), tree.at("run"), tree.at("dev")};
  }
  [[nodiscard]] StorageOutput inspect(const StorageInput& input = {}) const { return inspect_storage(input, root()); }
};

const BlockDeviceFact& device(const StorageOutput& output, const std::string& name) {
  const auto found = std::ranges::find(output.devices, name, &BlockDeviceFact::name);
  REQUIRE(found != output.devices.end());
  return *found;
}

std::string problems(const StorageOutput& output) {
  std::string text;
  for (const std::string& problem : output.reports.at(0).problems) text += problem + "\n";
  return text;
}

TEST_CASE("devices, down to the disk and up to who holds them") {
  const FakeHost host;
  const StorageOutput output = host.inspect();
  CHECK(problems(output).empty());
  CHECK(output.reports.at(0).health == Health::ok);
  CHECK(output.host_mnt_ns == 4026531841);
  REQUIRE(output.devices.size() == 4);
  const BlockDeviceFact& partition = device(output, "sda1");
  CHECK(partition.device == DeviceNumber{8, 1});
  CHECK(partition.parent == "sda");
  CHECK(partition.size_bytes == 1024 * 512);
  CHECK(partition.holders == std::vector<std::string>{"dm-0"});
  CHECK(partition.diskseq == 9);
  CHECK(device(output, "dm-0").slaves == std::vector<std::string>{"sda1"});
  CHECK(device(output, "sda").parent.empty());
}

TEST_CASE("a logical partition stands on the extended one, of which the kernel shows a few sectors") {
  FakeHost host;
  host.partition("sda2", "8:2");
  host.tree.file("sys/devices/block/sda/sda2/partition", "2\n");
  host.tree.file("sys/devices/block/sda/sda2/size", "2\n");
  host.partition("sda5", "8:5");
  host.tree.file("sys/devices/block/sda/sda5/partition", "5\n");
  const StorageOutput output = host.inspect();
  CHECK(problems(output).empty());
  CHECK(device(output, "sda5").slaves == std::vector<std::string>{"sda2"});
  CHECK(device(output, "sda1").slaves.empty());
  CHECK(device(output, "sda2").slaves.empty());
  const StorageGraph graph(output.devices, output.mounts);
  CHECK(graph.ancestors({8, 5}).devices == std::vector<DeviceNumber>{{8, 5}, {8, 2}, {8, 0}});
  CHECK(graph.ancestors({8, 1}).devices == std::vector<DeviceNumber>{{8, 1}, {8, 0}});
}

TEST_CASE("what can't be read is a problem, what is gone is not") {
  FakeHost host;
  SECTION("a number that is none") {
    host.tree.file("sys/devices/block/sda/dev", "eight\n");
    CHECK(problems(host.inspect()).find("sda/dev") != std::string::npos);
  }
  SECTION("a device without its directory") {
    host.tree.link("sys/class/block/sdz", "../../devices/block/sdz");
    CHECK(problems(host.inspect()).empty());
  }
  SECTION("no /sys at all") {
    std::filesystem::remove_all(host.tree.at("sys"));
    CHECK(host.inspect().reports.at(0).health == Health::degraded);
  }
  SECTION("no mounts of PID 1") {
    host.mounts("");
    CHECK(host.inspect().reports.at(0).health == Health::degraded);
  }
  SECTION("mounts cut short") {
    host.mounts("1 0 8:1 / / rw - ext4 /dev/sda1 rw");
    CHECK(host.inspect().reports.at(0).health == Health::degraded);
  }
  SECTION("PID 1's namespace hidden") {
    std::filesystem::remove(host.tree.at("proc/1/ns/mnt"));
    CHECK(host.inspect().reports.at(0).health == Health::degraded);
  }
  SECTION("swaps unreadable") {
    host.tree.file("proc/swaps", "nonsense\n");
    CHECK(host.inspect().reports.at(0).health == Health::degraded);
  }
}

TEST_CASE("mounts of other namespaces") {
  FakeHost host;
  host.tree.file("proc/50/mountinfo", "90 1 8:2 / / rw - xfs /dev/sda2 rw\n");
  host.tree.link("proc/50/ns/mnt", "mnt:[77]");
  SECTION("are added") {
    const StorageOutput output = host.inspect({{{77, 50}}});
    REQUIRE(output.mounts.size() == 2);
    CHECK(output.mounts[1].mnt_ns == 77);
    CHECK(problems(output).empty());
  }
  SECTION("not when the number is another process's by now") { CHECK(host.inspect({{{78, 50}}}).mounts.size() == 1); }
  SECTION("not twice for the host's own") {
    host.tree.file("proc/51/mountinfo", "1 0 8:1 / / rw - ext4 x rw\n");
    host.tree.link("proc/51/ns/mnt", "mnt:[4026531841]");
    CHECK(host.inspect({{{4026531841, 51}}}).mounts.size() == 1);
  }
  SECTION("a process that ended is no problem") {
    const StorageOutput output = host.inspect({{{79, 60}}});
    CHECK(output.mounts.size() == 1);
    CHECK(problems(output).empty());
  }
  SECTION("mounts that can't be parsed are") {
    host.tree.file("proc/50/mountinfo", "rubbish\n");
    CHECK_FALSE(problems(host.inspect({{{77, 50}}})).empty());
  }
}

TEST_CASE("swap") {
  FakeHost host;
  const std::string header = "Filename\tType\tSize\tUsed\tPriority\n";
  SECTION("on a partition") {
    host.tree.file("proc/swaps", header + "/dev/sda1 partition 1024 0 -2\n");
    const StorageOutput output = host.inspect();
    CHECK(device(output, "sda1").swap);
    CHECK_FALSE(device(output, "sda").swap);
  }
  SECTION("in a file counts for the filesystem's device") {
    host.tree.file("proc/swaps", header + "/swap\\040file file 1024 0 -2\n");
    CHECK(device(host.inspect(), "sda1").swap);
  }
  SECTION("on something that can't be told is a problem") {
    host.tree.file("proc/swaps", header + "/dev/sdq7 partition 1024 0 -2\n");
    CHECK(problems(host.inspect()).find("/dev/sdq7") != std::string::npos);
    host.tree.file("proc/swaps", header + "/dev/sda1\\040(deleted) partition 1024 0 -2\n");
    CHECK(problems(host.inspect()).find("/dev/sda1") != std::string::npos);
  }
}

TEST_CASE("loop devices stand on the filesystem of their file") {
  FakeHost host;
  host.mounts(
      "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 254:0 / /srv rw - xfs /dev/dm-0 rw\n3 1 0:44 / /run rw - tmpfs x rw\n");
  SECTION("by the longest mountpoint") {
    host.tree.file("sys/devices/block/loop0/loop/backing_file", "/srv/disk.img\n");
    const StorageOutput output = host.inspect();
    CHECK(device(output, "loop0").backing_file == "/srv/disk.img");
    CHECK(device(output, "loop0").backing_devices == std::vector<DeviceNumber>{{254, 0}});
  }
  SECTION("also when its name is gone") {
    host.tree.file("sys/devices/block/loop0/loop/backing_file", "/srv/disk.img (deleted)\n");
    CHECK(device(host.inspect(), "loop0").backing_devices == std::vector<DeviceNumber>{{254, 0}});
  }
  SECTION("in memory, on no disk") {
    host.tree.file("sys/devices/block/loop0/loop/backing_file", "/run/disk.img\n");
    const StorageOutput output = host.inspect();
    CHECK(device(output, "loop0").backing_devices == std::vector<DeviceNumber>{{0, 44}});
    CHECK(StorageGraph(output.devices, output.mounts).ancestors({7, 0}).traceable);
  }
  SECTION("on a path that no mount has: untraceable") {
    host.mounts("2 1 254:0 / /srv rw - xfs /dev/dm-0 rw\n");
    host.tree.file("sys/devices/block/loop0/loop/backing_file", "/elsewhere\n");
    CHECK(device(host.inspect(), "loop0").backing_devices.empty());
  }
}

TEST_CASE("a partition has its disk's identity") {
  FakeHost host;
  host.tree.file("sys/devices/block/sda/device/wwid", "naa.5000c500a1b2c3d4\n");
  host.tree.file("sys/devices/block/sda/serial", "ZC1A2B3D");
  const StorageOutput output = host.inspect();
  CHECK(device(output, "sda").wwn == "naa.5000c500a1b2c3d4");
  CHECK(device(output, "sda1").wwn == "naa.5000c500a1b2c3d4");
  CHECK(device(output, "sda1").serial == "ZC1A2B3D");
  CHECK(device(output, "loop0").wwn.empty());
}

TEST_CASE("what is exported") {
  FakeHost host;
  const std::string backstore = "sys/kernel/config/target/core/iblock_0/disk1/";
  const std::string by = "LIO iblock_0/disk1";
  SECTION("a device by its number") {
    host.tree.file(backstore + "info", "  iBlock device: dm-0\n        Major: 254 Minor: 0  CLAIMED: IBLOCK\n");
    CHECK(device(host.inspect(), "dm-0").exported_by == std::vector{by});
  }
  SECTION("a device by its node") {
    host.tree.file(backstore + "info", "nothing\n");
    host.tree.file(backstore + "udev_path", "/dev/sda1\n");
    const StorageOutput output = host.inspect();
    CHECK(device(output, "sda1").exported_by == std::vector{by});
    CHECK(problems(output).empty());
  }
  SECTION("a file counts for its filesystem's device") {
    host.tree.file(backstore + "info", "        File: /srv/lun.img  Size: 5  Mode: O_DSYNC\n");
    CHECK(device(host.inspect(), "sda1").exported_by == std::vector{by});
  }
  SECTION("what can't be told is a problem") {
    host.tree.file(backstore + "info", "nothing\n");
    CHECK(problems(host.inspect()).find(by) != std::string::npos);
    host.tree.file(backstore + "udev_path", "/dev/sdq\n");
    CHECK(problems(host.inspect()).find(by) != std::string::npos);
  }
}

TEST_CASE("btrfs stands on all its members") {
  const std::string uuid = "11111111-2222-3333-4444-555555555555";
  FakeHost host;
  host.mounts("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:50 /@ /srv rw - btrfs /dev/dm-0 rw\n");
  host.tree.directory("sys/fs/btrfs/features");
  SECTION("a device by its UUID") {
    host.tree.link("sys/fs/btrfs/" + uuid + "/devices/dm-0", "x");
    host.tree.link("sys/fs/btrfs/" + uuid + "/devices/loop0", "x");
    const BlockDeviceFact made = device(host.inspect(), "btrfs:" + uuid);
    CHECK(made.device == DeviceNumber{0, 50});
    CHECK(made.slaves == std::vector<std::string>{"dm-0", "loop0"});
  }
  SECTION("which of two can't be told: untraceable") {
    host.mounts("2 1 0:50 / /srv rw - btrfs /dev/root rw\n");
    host.tree.link("sys/fs/btrfs/" + uuid + "/devices/dm-0", "x");
    CHECK(host.inspect().devices.size() == 5);
    const std::string other = "21111111-2222-3333-4444-555555555555";
    host.tree.link("sys/fs/btrfs/" + other + "/devices/loop0", "x");
    CHECK(host.inspect().devices.size() == 4);
  }
}

}  // namespace
}  // namespace guardd
