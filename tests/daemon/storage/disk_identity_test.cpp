// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/disk_identity.hpp"

#include <catch2/catch.hpp>

#include "tests/temporary_directory.hpp"

using namespace guardd;
using test::TemporaryDirectory;
using namespace std::string_literals;

TEST_CASE("an identifier is one plain line") {
  CHECK(plain_identifier("  S3Z8NB0K\n") == "S3Z8NB0K");
  CHECK(plain_identifier("t10.ATA     QEMU HARDDISK   QM00001\0\0"s) == "t10.ATA     QEMU HARDDISK   QM00001");
  CHECK(plain_identifier("\x1b[31mred\xff\0x"s) == "_[31mred__x");
  CHECK(plain_identifier("").empty());
  CHECK(plain_identifier("\0\0 \n"s).empty());
  CHECK(plain_identifier(std::string(max_identifier, 'a')).size() == max_identifier);
  CHECK(plain_identifier(std::string(max_identifier + 1, 'a')).size() == max_identifier);
}

TEST_CASE("the serial number's page") {
  CHECK(parse_vpd_serial("\0\x80\0\x0a  ZC1A2B3D"s) == "ZC1A2B3D");
  CHECK(parse_vpd_serial("\0\x80\0\x04 WXYZ and more"s) == "WXY");
  CHECK(parse_vpd_serial("\0\x80\0\xff"s + "short").compare("short") == 0);
  CHECK(parse_vpd_serial("\0\x83\0\x04WXYZ"s).empty());  // another page
  CHECK(parse_vpd_serial("\0\x80\0"s).empty());
  CHECK(parse_vpd_serial("").empty());
}

TEST_CASE("where disks have it") {
  const TemporaryDirectory tree;
  const auto identity = [&] { return read_disk_identity(tree.path()); };
  CHECK(identity().wwn.empty());
  CHECK(identity().serial.empty());
  SECTION("SCSI and ATA") {
    tree.file("device/wwid", "naa.5000c500a1b2c3d4\n");
    tree.file("device/vpd_pg80", "\0\x80\0\x08ZC1A2B3D"s);
    CHECK(identity().wwn == "naa.5000c500a1b2c3d4");
    CHECK(identity().serial == "ZC1A2B3D");
  }
  SECTION("NVMe") {
    tree.file("wwid", "eui.0025385a71b09d4f\n");
    tree.file("device/serial", "S4EWNX0R123456      \n");
    CHECK(identity().wwn == "eui.0025385a71b09d4f");
    CHECK(identity().serial == "S4EWNX0R123456");
  }
  SECTION("virtio") {
    tree.file("serial", "volume-1");
    CHECK(identity().serial == "volume-1");
  }
}
