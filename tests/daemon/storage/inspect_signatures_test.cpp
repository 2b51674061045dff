// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/inspect/inspectors.hpp"
#include "tests/loop_device.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd {
namespace {

using test::Loop;
using test::run;
using test::TemporaryDirectory;

constexpr std::uintmax_t mib = std::uintmax_t{1024} * 1024;

/// A host with the block devices that the test gives it.
struct Host {
  TemporaryDirectory tree;
  std::string dev = "/dev";

  Host() { tree.directory("sys/class/block"); }

  void device(const std::string& name, const std::string& number, const std::string& sectors = "2048") const {
    tree.file("sys/class/block/" + name + "/dev", number + "\n");
    tree.file("sys/class/block/" + name + "/size", sectors + "\n");
  }
  void real(const std::string& name) const {
    std::error_code error;
    tree.link("sys/class/block/" + name, std::filesystem::canonical("/sys/class/block/" + name, error));
  }
  [[nodiscard]] SignaturesOutput inspect(std::int64_t deadline_ms = 5000) const {
    HostRoot root;
    root.sys = tree.at("sys");
    root.dev = dev;
    return inspect_signatures({.deadline_ms = deadline_ms}, root);
  }
};

std::string why(const SignaturesOutput& output) {
  REQUIRE(output.signatures.size() == 1);
  const Known<Signature>& signature = output.signatures[0].signature;
  return signature.known() ? "" : signature.why();
}

TEST_CASE("a real device with a filesystem, and one without") {
  const Loop ext4(16 * mib);
  const Loop blank(16 * mib);
  if (ext4.name.empty() || blank.name.empty()) return;
  REQUIRE(run("mkfs.ext4 -q -L archive /dev/" + ext4.name) == 0);
  const Host host;
  host.real(ext4.name);
  host.real(blank.name);
  const SignaturesOutput output = host.inspect();
  CHECK(output.reports.at(0).name == "signatures");
  CHECK(output.reports.at(0).health == Health::ok);
  REQUIRE(output.signatures.size() == 2);
  REQUIRE(output.signatures[0].signature.known());
  REQUIRE(output.signatures[1].signature.known());
  const bool first = output.signatures[0].signature.value().type == "ext4";
  CHECK(output.signatures[first ? 0 : 1].signature.value().label == "archive");
  CHECK(output.signatures[first ? 1 : 0].signature.value() == Signature{});
}

TEST_CASE("what a real disk's table says of its partitions") {
  const Loop disk(32 * mib);
  if (disk.name.empty()) return;
  const std::string node = "/dev/" + disk.name;
  REQUIRE(run("printf 'label: gpt\\n,8M,U\\n,,S\\n' | sfdisk -q --no-reread --no-tell-kernel " + node) == 0);
  const Host host;
  host.real(disk.name);
  SECTION("of which the kernel does not know") {
    const SignaturesOutput output = host.inspect();
    CHECK(output.partitions.empty());
    CHECK(output.signatures.at(0).signature.value().usage == "partition_table");
  }
  SECTION("of which the kernel knows") {
    if (run("partx --add " + node) != 0) return;
    host.real(disk.name + "p1");
    host.real(disk.name + "p2");
    const SignaturesOutput output = host.inspect();
    REQUIRE(output.partitions.size() == 2);
    CHECK(output.partitions[0].type == "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
    CHECK(output.partitions[1].type == "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f");
    CHECK(output.partitions[1].uuid.size() == 36);
  }
  SECTION("that has changed since the kernel read it") {
    if (run("partx --add " + node) != 0) return;
    host.real(disk.name + "p1");
    REQUIRE(run("printf 'label: gpt\\nstart=8192,size=4096,type=U\\n' | sfdisk -q --no-reread --no-tell-kernel " +
                node) == 0);
    CHECK(host.inspect().partitions.empty());
  }
}

TEST_CASE("a real device that can't be read is unknown") {
  const Loop broken(16 * mib);
  if (broken.name.empty()) return;
  std::filesystem::resize_file(broken.image, 0);  // every read of the device is an error now
  const Host host;
  host.real(broken.name);
  CHECK(why(host.inspect()).find("Input/output error") != std::string::npos);
  CHECK(host.inspect().reports.at(0).health == Health::ok);  // what that means depends on what the device is for
}

TEST_CASE("what has nothing in it is not opened") {
  Host host;
  host.dev = host.tree.directory("dev");
  SECTION("no size") { host.device("loop0", "7:0", "0"); }
  SECTION("a floppy drive") { host.device("fd0", "2:0", "8"); }
  SECTION("a CD drive") { host.device("sr0", "11:0", "2097151"); }
  const SignaturesOutput output = host.inspect();
  REQUIRE(output.signatures.size() == 1);
  CHECK(output.signatures[0].signature == Known<Signature>(Signature{}));
}

TEST_CASE("what can't be opened, or would hang, is unknown") {
  Host host;
  host.dev = host.tree.directory("dev");
  host.device("sda", "8:0");
  SECTION("no node") { CHECK(why(host.inspect()).find("No such file") != std::string::npos); }
  SECTION("something else under its name") {
    host.tree.file("dev/sda");
    CHECK(why(host.inspect()).find("not that device's node") != std::string::npos);
  }
  SECTION("a suspended volume") {
    host.tree.file("sys/class/block/sda/dm/suspended", "1\n");
    CHECK(why(host.inspect()) == "it is suspended");
  }
  SECTION("a disk whose transport is lost") {
    host.tree.file("sys/class/block/sda/device/state", "blocked\n");
    CHECK(why(host.inspect()) == "its disk is blocked");
  }
  SECTION("a disk in order is opened") {
    host.tree.file("sys/class/block/sda/device/state", "running\n");
    host.tree.file("sys/class/block/sda/dm/suspended", "0\n");
    CHECK(why(host.inspect()).find("No such file") != std::string::npos);
  }
}

TEST_CASE("past its deadline it says what it has not seen") {
  const Host host;
  host.device("sda", "8:0");
  const SignaturesOutput output = host.inspect(-1);
  CHECK_FALSE(why(output).empty());
  CHECK(output.reports.at(0).health == Health::degraded);
}

TEST_CASE("devices have a bound") {
  const Host host;
  for (int i = 0; i < 4097; ++i) host.device("ram" + std::to_string(i), "1:" + std::to_string(i), "0");
  const SignaturesOutput output = host.inspect(60'000);
  REQUIRE(output.signatures.size() == 4097);
  CHECK(output.signatures[4095].signature.known());
  CHECK_FALSE(output.signatures[4096].signature.known());
  CHECK(output.reports.at(0).health == Health::degraded);
}

}  // namespace
}  // namespace guardd
