// SPDX-License-Identifier: Apache-2.0
// What sysfs has beside a disk, as captured from hosts with these disks.
#include "daemon/storage/pass_through.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/temporary_directory.hpp"

using namespace guardd;
using test::TemporaryDirectory;

namespace {

struct Sys {
  TemporaryDirectory tree;
  std::vector<std::string> problems;

  void node(const std::string& directory, const std::string& subsystem, const std::string& number) const {
    tree.file("devices/" + directory + "/dev", number + "\n");
    tree.link("devices/" + directory + "/subsystem", "../../class/" + subsystem);
  }
  /// "NAME MAJOR:MINOR" of each.
  std::vector<std::string> read(const std::string& disk, const std::string& device) {
    tree.directory("devices/" + disk);
    tree.link("devices/" + disk + "/device", device);
    std::vector<std::string> texts;
    for (const PassThroughNode& node : read_pass_through(tree.at("devices/" + disk), problems)) {
      texts.push_back(node.name + " " + std::to_string(node.device.major) + ":" + std::to_string(node.device.minor));
    }
    std::ranges::sort(texts);
    return texts;
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an NVMe disk has its controller and its generic node, and no other disk's") {
  Sys sys;
  sys.node("nvme0", "nvme", "241:0");
  sys.node("nvme0/ng0n1", "nvme-generic", "240:0");
  sys.node("nvme0/nvme0n1", "block", "259:0");
  sys.tree.directory("devices/nvme0/hwmon1");
  CHECK(sys.read("nvme0/nvme0n1", "../../nvme0") == Names{"ng0n1 240:0", "nvme0 241:0"});
  CHECK(sys.problems.empty());
}

TEST_CASE("an NVMe disk with two paths has both controllers") {
  Sys sys;
  sys.node("pci/nvme0", "nvme", "241:0");
  sys.node("pci/nvme1", "nvme", "241:1");
  sys.node("nvme-subsys0/ng0n1", "nvme-generic", "240:0");
  sys.node("nvme-subsys0/nvme0n1", "block", "259:1");
  sys.tree.link("devices/nvme-subsys0/nvme0", "../pci/nvme0");
  sys.tree.link("devices/nvme-subsys0/nvme1", "../pci/nvme1");
  CHECK(sys.read("nvme-subsys0/nvme0n1", "../../nvme-subsys0") == Names{"ng0n1 240:0", "nvme0 241:0", "nvme1 241:1"});
  CHECK(sys.problems.empty());
}

TEST_CASE("a SCSI disk has its generic nodes") {
  Sys sys;
  sys.node("0:0:0:0/scsi_generic/sg1", "scsi_generic", "21:1");
  sys.node("0:0:0:0/bsg/0:0:0:0", "bsg", "251:0");
  sys.tree.directory("devices/0:0:0:0/block");
  CHECK(sys.read("0:0:0:0/block/sda", "../../../0:0:0:0") == Names{"bsg/0:0:0:0 251:0", "sg1 21:1"});
  CHECK(sys.problems.empty());
}

TEST_CASE("a disk without any, and one that is none") {
  Sys sys;
  sys.tree.directory("devices/virtio1");
  CHECK(sys.read("virtio1/block/vda", "../../../virtio1").empty());
  CHECK(read_pass_through(sys.tree.directory("devices/virtual/loop0"), sys.problems).empty());
  CHECK(sys.problems.empty());
}

TEST_CASE("a number that is none is a problem") {
  Sys sys;
  sys.node("0:0:0:0/scsi_generic/sg1", "scsi_generic", "many");
  CHECK(sys.read("0:0:0:0/block/sda", "../../../0:0:0:0").empty());
  CHECK(sys.problems.size() == 1);
}
