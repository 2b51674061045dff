// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/probe.hpp"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "os/fd.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd {
namespace {

using test::TemporaryDirectory;

constexpr std::uintmax_t mib = std::uintmax_t{1024} * 1024;

/// A sparse file that stands for a disk.
struct Image {
  TemporaryDirectory tree;
  std::string path = tree.file("disk", "");

  explicit Image(std::uintmax_t bytes) { std::filesystem::resize_file(path, bytes); }

  void write(std::uintmax_t offset, const std::string& bytes) const {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
    REQUIRE(file.flush());
  }
  void run(const std::string& command) const {
    INFO(command);
    REQUIRE(std::system(("PATH=$PATH:/sbin:/usr/sbin; " + command + " >/dev/null 2>&1").c_str()) == 0);
  }
  [[nodiscard]] Probed probe(Tables tables = Tables::if_blank) const {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return probe_device(fd.get(), tables);
  }
  [[nodiscard]] Signature signature() const {
    const Probed probed = probe();
    INFO((probed.signature.known() ? "" : probed.signature.why()));
    REQUIRE(probed.signature.known());
    return probed.signature.value();
  }
};

std::string big_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = bytes; i > 0; --i) {
    text += i > sizeof value ? '\0' : static_cast<char>(value >> (8 * (i - 1)) & 0xffU);
  }
  return text;
}

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  const std::string text = big_endian(value, bytes);
  return {text.rbegin(), text.rend()};
}

TEST_CASE("nothing is known, and no failure") {
  CHECK(Image(16 * mib).signature() == Signature{});
  CHECK(Image(512).signature() == Signature{});
}

TEST_CASE("what a program made") {
  const std::string uuid = "11111111-2222-3333-4444-555555555555";
  SECTION("ext4") {
    const Image image(16 * mib);
    image.run("mkfs.ext4 -q -L archive -U " + uuid + " " + image.path);
    CHECK(image.signature() == Signature{"filesystem", "ext4", uuid, "archive"});
  }
  SECTION("btrfs") {
    const Image image(128 * mib);
    image.run("mkfs.btrfs -q -L pool -U " + uuid + " " + image.path);
    CHECK(image.signature() == Signature{"filesystem", "btrfs", uuid, "pool"});
  }
  SECTION("swap") {
    const Image image(16 * mib);
    image.run("mkswap -L spare -U " + uuid + " " + image.path);
    CHECK(image.signature() == Signature{"other", "swap", uuid, "spare"});
  }
}

// The layouts are libblkid's, libblkid/src/superblocks of util-linux.
TEST_CASE("headers") {
  const Image image(16 * mib);
  SECTION("LUKS") {
    image.write(0, std::string("LUKS\xba\xbe") + big_endian(1, 2));
    image.write(168, "66666666-2222-3333-4444-555555555555");
    CHECK(image.signature() == Signature{"crypto", "crypto_LUKS", "66666666-2222-3333-4444-555555555555", ""});
  }
  SECTION("an LVM physical volume, with a wrong checksum too: damaged data is data") {
    image.write(512, "LABELONE" + little_endian(1, 8) + little_endian(0xbad, 4) + little_endian(32, 4) + "LVM2 001" +
                         "abcdefabcdabcdabcdabcdabcdabcdef");
    CHECK(image.signature().usage == "raid");
    CHECK(image.signature().type == "LVM2_member");
  }
  SECTION("BlueStore") {
    image.write(0, "bluestore block device\n33333333-2222-3333-4444-555555555555\n");
    CHECK(image.signature().type == "ceph_bluestore");
  }
  SECTION("FAT") {
    image.write(0, "\xeb\x3c\x90mkfs.fat" + little_endian(512, 2) + little_endian(4, 1) + little_endian(1, 2) +
                       little_endian(2, 1) + little_endian(512, 2) + little_endian(32768, 2) + "\xf8" +
                       little_endian(32, 2) + little_endian(0, 12) + little_endian(0x80, 1) + little_endian(0, 1) +
                       "\x29" + little_endian(0x1234abcd, 4) + "CIDATA     FAT16   ");
    image.write(510, "\x55\xaa");
    image.write(65 * 512, "CIDATA     \x08");  // the label's entry in the root directory is the one that counts
    CHECK(image.signature() == Signature{"filesystem", "vfat", "1234-ABCD", "CIDATA"});
  }
  SECTION("XFS") {
    image.write(0, "XFSB" + big_endian(4096, 4) + big_endian(4096, 8) + std::string(16, '\0') +
                       std::string("\x11\x11\x11\x11\x22\x22\x33\x33\x44\x44\x55\x55\x55\x55\x55\x55"));
    image.write(80, big_endian(1, 4) + big_endian(1024, 4) + big_endian(4, 4) + big_endian(0, 4) + big_endian(1368, 4) +
                        big_endian(0xb4a4, 2) + big_endian(512, 2) + big_endian(512, 2) + big_endian(8, 2));
    image.write(108, "scratch");
    image.write(120, std::string("\x0c\x09\x09\x03\x0a\x00\x00\x19", 8));
    CHECK(image.signature() == Signature{"filesystem", "xfs", "11111111-2222-3333-4444-555555555555", "scratch"});
  }
}

TEST_CASE("more than one signature is unknown, and says so") {
  const Image image(16 * mib);
  image.run("mkfs.ext4 -q " + image.path);
  std::string page(4096, '\0');
  image.write(0, "XFSB");  // not enough of it: still one
  CHECK(image.signature().type == "ext4");
  image.write(4096 - 10, "SWAPSPACE2");
  image.write(1024 + 0x400, little_endian(1, 4) + little_endian(100, 4));
  const Probed probed = image.probe();
  if (!probed.signature.known()) CHECK(probed.signature.why().find("more than one") != std::string::npos);
  CHECK((!probed.signature.known() || !probed.signature.value().type.empty()));
}

TEST_CASE("partition tables") {
  const Image image(32 * mib);
  SECTION("GPT") {
    image.run("printf 'label: gpt\\n,8M,U\\n,,L\\n' | sfdisk -q " + image.path);
    CHECK(image.signature().usage == "partition_table");
    CHECK(image.signature().type == "gpt");
    const auto partitions = image.probe().partitions;
    REQUIRE(partitions.size() == 2);
    CHECK(partitions[0].number == 1);
    CHECK(partitions[0].start == 2048);
    CHECK(partitions[0].type == "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
    CHECK(partitions[1].type == "0fc63daf-8483-4772-8e79-3d69d8477de4");
    CHECK(partitions[0].uuid.size() == 36);
    CHECK(image.probe(Tables::never).signature == Known<Signature>(Signature{}));
    CHECK(image.probe(Tables::never).partitions.empty());
  }
  SECTION("DOS, with a logical partition") {
    image.run("printf 'label: dos\\nlabel-id: 0x12345678\\n,8M,ef\\n,,E\\n,,83\\n' | sfdisk -q " + image.path);
    const auto partitions = image.probe().partitions;
    REQUIRE(partitions.size() == 3);
    CHECK(image.signature().type == "dos");
    CHECK(partitions[0].type == "0xef");
    CHECK(partitions[0].uuid == "12345678-01");
    CHECK(partitions[2].number == 5);
    CHECK(partitions[2].type == "0x83");
  }
  SECTION("without entries it is nothing") {
    image.run("printf 'label: gpt\\n' | sfdisk -q " + image.path);
    CHECK(image.signature() == Signature{});
  }
}

TEST_CASE("what can't be read is unknown") {
  const TemporaryDirectory tree;
  const Fd directory(::open(tree.path().c_str(), O_RDONLY | O_CLOEXEC));
  CHECK_FALSE(probe_device(directory.get(), Tables::always).signature.known());
  CHECK_FALSE(probe_device(-1, Tables::always).signature.known());
}

}  // namespace
}  // namespace guardd
