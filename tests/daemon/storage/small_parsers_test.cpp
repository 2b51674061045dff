// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "daemon/storage/backing.hpp"
#include "daemon/storage/block_devices.hpp"
#include "daemon/storage/fs_class.hpp"
#include "daemon/storage/swaps.hpp"

namespace guardd {
namespace {

TEST_CASE("swaps") {
  const std::string header = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
  const auto swaps = parse_swaps(header +
                                 "/dev/dm-1                               partition\t4194300\t\t0\t\t-2\n"
                                 "/swap\\040file                           file\t\t1024\t\t0\t\t-3\n"
                                 "/gone\\040(deleted)                      file\t\t1024\t\t0\t\t-3\n");
  REQUIRE(swaps);
  REQUIRE(swaps->size() == 3);
  CHECK(swaps->at(0).path == "/dev/dm-1");
  CHECK_FALSE(swaps->at(0).is_file);
  CHECK(swaps->at(1).path == "/swap file");
  CHECK(swaps->at(1).is_file);
  CHECK(swaps->at(2).path == "/gone");
  CHECK(swaps->at(2).deleted);
  CHECK(parse_swaps(header)->empty());
  CHECK(parse_swaps("")->empty());
  CHECK_FALSE(parse_swaps(header + "/dev/dm-1 disk 1 0 -2\n"));
  CHECK_FALSE(parse_swaps(header + "/dev/dm-1 partition 1 0"));
  CHECK_FALSE(parse_swaps(header + "\n"));
  CHECK_FALSE(parse_swaps("/dev/dm-1 partition 1 0 -2\n"));
}

TEST_CASE("device numbers") {
  CHECK(parse_device_number("8:16\n") == DeviceNumber{8, 16});
  CHECK(parse_device_number("259:4294967295") == DeviceNumber{259, 4294967295U});
  for (const char* text : {"", "8", "8:", ":1", "8:1x", "-1:2", "8:1\n\n", "4294967296:0", "8 :1"}) {
    INFO(text);
    CHECK_FALSE(parse_device_number(text));
  }
}

TEST_CASE("filesystem types") {
  const DeviceNumber real{8, 1};
  const DeviceNumber made_up{0, 40};
  CHECK(classify_filesystem("ext4", real) == FsClass::block);
  CHECK(classify_filesystem("newfs", real) == FsClass::block);
  CHECK(classify_filesystem("newfs", made_up) == FsClass::unknown);
  CHECK(classify_filesystem("btrfs", made_up) == FsClass::anonymous);
  CHECK(classify_filesystem("fuse.sshfs", made_up) == FsClass::fuse);
  CHECK(classify_filesystem("fuse", real) == FsClass::fuse);
  CHECK(classify_filesystem("fuseblk", real) == FsClass::fuse_block);
  CHECK(classify_filesystem("nfs4", made_up) == FsClass::remote);
  CHECK(classify_filesystem("proc", made_up) == FsClass::pseudo);
  CHECK(classify_filesystem("tracefs", made_up) == FsClass::pseudo);
  for (const char* type :
       {"fuse", "fuse.x", "fuseblk", "nfs", "nfs4", "cifs", "9p", "autofs", "proc", "gfs2", "newfs"}) {
    INFO(type);
    CHECK_FALSE(is_walkable(classify_filesystem(type, made_up)));
  }
  for (const char* type : {"ext4", "xfs", "vfat"}) CHECK(is_walkable(classify_filesystem(type, real)));
  for (const char* type : {"btrfs", "zfs", "overlay", "tmpfs"}) CHECK(is_walkable(classify_filesystem(type, made_up)));
  for (const char* type : {"tmpfs", "overlay", "squashfs", "nfs", "fuse.sshfs", "proc"}) {
    CHECK_FALSE(is_durable(classify_filesystem(type, made_up)));
  }
  for (const char* type : {"zfs", "newfs", "fuseblk", "ocfs2"}) CHECK(is_durable(classify_filesystem(type, made_up)));
}

TEST_CASE("where a loop device's file lies") {
  const auto mount = [](DeviceNumber device, const std::string& where, const std::string& fstype,
                        const std::string& upper) {
    MountFact fact;
    fact.mnt_ns = 1;
    fact.device = device;
    fact.root = "/";
    fact.mountpoint = where;
    fact.fstype = fstype;
    fact.upperdir = upper;
    return fact;
  };
  const std::vector<MountFact> mounts{mount({8, 1}, "/", "ext4", ""), mount({0, 50}, "/b", "btrfs", ""),
                                      mount({0, 51}, "/c", "btrfs", ""), mount({0, 60}, "/o", "overlay", "/upper")};
  using Devices = std::vector<DeviceNumber>;
  CHECK(trace_file("/b/x", DeviceNumber{8, 7}, mounts, 1) == Devices{{8, 7}});  // the path is another namespace's
  CHECK(trace_file("/b/x", std::nullopt, mounts, 1) == Devices{{0, 50}});
  CHECK(trace_file("/b/x", DeviceNumber{0, 99}, mounts, 1) == Devices{{0, 50}});  // a subvolume's number
  CHECK(trace_file("/x", DeviceNumber{0, 99}, mounts, 1) == Devices{});           // whose it is nobody knows: no guess
  CHECK(trace_file("/x (deleted)", DeviceNumber{0, 60}, mounts, 1) == Devices{{8, 1}});  // on the overlay's upper
  CHECK(trace_file("/o/x", std::nullopt, mounts, 1) == Devices{{8, 1}});
}

}  // namespace
}  // namespace guardd
