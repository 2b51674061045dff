// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/exports.hpp"

#include <catch2/catch.hpp>

#include "tests/temporary_directory.hpp"

using namespace guardd;
using test::TemporaryDirectory;

namespace {

// As iblock_show_configfs_dev_params() and fd_show_configfs_dev_params() of Linux 6.1 print it.
constexpr const char* iblock_info =
    "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: 256\n"
    "        iBlock device: sdb  UDEV PATH: /dev/sdb  readonly: 0\n"
    "        Major: 8 Minor: 16  CLAIMED: IBLOCK\n";
constexpr const char* fileio_info =
    "Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512  HwMaxSectors: 16384\n"
    "        TCM FILEIO ID: 0        File: /srv/luns/a  Size: b.img  Size: 1073741824  Mode: O_DSYNC Async: 0\n";

struct Host {
  TemporaryDirectory tree;
  std::vector<std::string> problems;
  std::vector<Export> read() {
    HostRoot root;
    root.sys = tree.at("sys");
    return read_exports(root, problems);
  }
};

}  // namespace

TEST_CASE("what LIO says of a backstore") {
  CHECK(parse_lio_info(iblock_info).device == DeviceNumber{8, 16});
  CHECK(parse_lio_info(iblock_info).path.empty());
  CHECK(parse_lio_info(fileio_info).path == "/srv/luns/a  Size: b.img");
  CHECK_FALSE(parse_lio_info(fileio_info).device);
  CHECK_FALSE(parse_lio_info("        Major: 0 Minor: 0\n").device);
  CHECK_FALSE(parse_lio_info("        Major: x Minor: 1\n").device);
  CHECK_FALSE(parse_lio_info("        Major: 99999999999 Minor: 1\n").device);
  CHECK(parse_lio_info("        File: ").path.empty());
  CHECK(parse_lio_info("  Size: 1        File: x").path.empty());
}

TEST_CASE("backstores and namespaces that are enabled") {
  Host host;
  const std::string core = "sys/kernel/config/target/core/";
  host.tree.file(core + "iblock_0/disk1/info", iblock_info);
  host.tree.file(core + "iblock_0/disk1/enable", "1\n");
  host.tree.file(core + "iblock_0/disk1/udev_path", "/dev/sdb\n");
  host.tree.file(core + "iblock_0/hba_info", "HBA Index: 1 plugin: iblock version: v5.0\n");
  host.tree.file(core + "fileio_1/lun/info", fileio_info);
  host.tree.file(core + "iblock_2/off/info", iblock_info);
  host.tree.file(core + "iblock_2/off/enable", "0\n");
  host.tree.file(core + "rd_mcp_3/ram/info", "        TCM RamDisk ID: 0  RAMDISK Makeup: rd_mcp\n");
  host.tree.directory(core + "alua/lu_gps/default_lu_gp");
  const std::string namespaces = "sys/kernel/config/nvmet/subsystems/nqn.2014-08.org.example:s1/namespaces/";
  host.tree.file(namespaces + "1/device_path", "/dev/nvme0n1\n");
  host.tree.file(namespaces + "1/enable", "1\n");
  host.tree.file(namespaces + "2/device_path", "/dev/nvme0n2\n");
  host.tree.file(namespaces + "2/enable", "0\n");
  const std::vector<Export> exports = host.read();
  CHECK(host.problems.empty());
  REQUIRE(exports.size() == 3);
  CHECK(exports[0].by == "LIO fileio_1/lun");
  CHECK(exports[0].path == "/srv/luns/a  Size: b.img");
  CHECK(exports[1].by == "LIO iblock_0/disk1");
  CHECK(exports[1].path == "/dev/sdb");
  CHECK(exports[1].device == DeviceNumber{8, 16});
  CHECK(exports[2].by == "nvmet nqn.2014-08.org.example:s1/1");
  CHECK(exports[2].path == "/dev/nvme0n1");
}

TEST_CASE("a host without targets has no exports and no problem; one whose configfs is not mounted has one") {
  Host host;
  CHECK(host.read().empty());
  CHECK(host.problems.empty());
  host.tree.file("sys/module/nvmet/refcnt", "0\n");
  host.read();
  CHECK(host.problems.size() == 1);
  host.tree.directory("sys/kernel/config/nvmet");
  host.problems.clear();
  host.read();
  CHECK(host.problems.empty());
}
