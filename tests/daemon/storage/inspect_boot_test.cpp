// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <string>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/storage/host_identity.hpp"
#include "daemon/storage/source_lookup.hpp"
#include "daemon/storage/system_state.hpp"
#include "os/fd.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd {
namespace {

using test::TemporaryDirectory;

HostRoot root_of(const TemporaryDirectory& tree) {
  return {tree.at("proc"), tree.at("sys"), tree.at("etc"), tree.at("run"), tree.at("dev")};
}

struct FakeHost {
  TemporaryDirectory tree;
  FakeHost() {
    tree.file("proc/1/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n5 1 8:9 / /real rw - ext4 x rw\n");
    tree.file("proc/sys/kernel/random/boot_id", "0d5f0e0e-0000-4000-8000-000000000001\n");
    tree.file("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    for (const char* name : {"dev", "sys", "run", "proc/1/root/real"}) tree.directory(name);
    tree.link("proc/1/root/link", "real");
  }
  [[nodiscard]] BootOutput inspect() const { return inspect_boot(root_of(tree)); }
};

TEST_CASE("a host without systemd and with all mounted") {
  FakeHost host;
  host.tree.file("etc/fstab", "/dev/sda1 / ext4 defaults 0 1\n/dev/sda9 /link ext4 defaults 0 2\n");
  const BootOutput output = host.inspect();
  CHECK(output.reports.at(0).health == Health::ok);
  CHECK(output.boot.state == Known<std::string>("none"));
  CHECK(output.boot.missing.empty());
  CHECK(output.host.boot_id == "0d5f0e0e-0000-4000-8000-000000000001");
  CHECK(output.host.machine_id == "0123456789abcdef0123456789abcdef");
  CHECK_FALSE(output.host.hostname.empty());
}

TEST_CASE("missing mounts from fstab, units and crypttab") {
  FakeHost host;
  host.tree.file("etc/fstab", "LABEL=x /a ext4 noauto 0 2\n/dev/sdb1 /b ext4 defaults 0 2\n");
  host.tree.file("etc/systemd/system/c.mount", "[Mount]\nWhat=/dev/sdc1\nWhere=/c\n");
  host.tree.link("etc/systemd/system/local-fs.target.wants/c.mount", "../c.mount");
  host.tree.file("etc/systemd/system/d.mount", "[Mount]\nWhat=/dev/sdd1\nWhere=/d\n");  // nothing wants it, no disk
  host.tree.link("etc/systemd/system/e.mount", "/dev/null");
  host.tree.file("run/systemd/system/f.mount", "[Mount]\nWhat=/dev/sdf1\nWhere=/f\n");
  host.tree.file("dev/sdf1");
  host.tree.file("etc/crypttab", "vault UUID=1 none luks\nopen UUID=2 none luks\n");
  host.tree.file("dev/mapper/open");
  host.tree.directory("dev/disk/by-uuid");
  const BootOutput output = host.inspect();
  std::vector<std::string> places;
  for (const MissingMount& missing : output.boot.missing) places.push_back(missing.where);
  // run/systemd/system makes it a host with systemd, whose state can't be had here.
  CHECK(places == std::vector<std::string>{"/b", "/c", "/f", "/dev/mapper/vault"});
  CHECK_FALSE(output.boot.state.known());
  CHECK(output.reports.at(0).health == Health::degraded);
}

TEST_CASE("no boot id, no mounts, a bad fstab: degraded") {
  FakeHost host;
  SECTION("boot id") { std::filesystem::remove(host.tree.at("proc/sys/kernel/random/boot_id")); }
  SECTION("mounts") { std::filesystem::remove(host.tree.at("proc/1/mountinfo")); }
  SECTION("fstab") { host.tree.file("etc/fstab", "/dev/sdb1\n"); }
  SECTION("crypttab") { host.tree.file("etc/crypttab", "name\n"); }
  CHECK(host.inspect().reports.at(0).health == Health::degraded);
}

TEST_CASE("systemd that does not answer costs a bounded time") {
  TemporaryDirectory tree;
  tree.directory("run/systemd/system");
  const Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = tree.at("run/systemd/private");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 4) == 0);  // connects, and then silence
  const auto began = std::chrono::steady_clock::now();
  const Known<std::string> state = read_system_state(root_of(tree), 100'000);
  CHECK_FALSE(state.known());
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
}

TEST_CASE("sources") {
  TemporaryDirectory tree;
  tree.file("dev/sdb1");
  tree.directory("sys");
  const HostRoot root = root_of(tree);
  CHECK(look_up_source("/dev/sdb1", root) == SourceState::present);
  CHECK(look_up_source("/dev/sdc1", root) == SourceState::absent);
  CHECK(look_up_source("UUID=1", root) == SourceState::unknown);  // no udev, no links
  CHECK(look_up_source("pool/x", root) == SourceState::unknown);
  tree.link("dev/disk/by-uuid/1", "../../sdb1");
  tree.link("dev/disk/by-label/a\\x20b", "../../sdb1");
  CHECK(look_up_source("UUID=1", root) == SourceState::present);
  CHECK(look_up_source("UUID=\"1\"", root) == SourceState::present);
  CHECK(look_up_source("UUID=2", root) == SourceState::absent);
  CHECK(look_up_source("LABEL=a b", root) == SourceState::present);
  CHECK(look_up_source("PARTUUID=1", root) == SourceState::absent);
}

TEST_CASE("mountpoints through symbolic links") {
  TemporaryDirectory tree;
  tree.directory("proc/1/root/real/sub");
  tree.link("proc/1/root/abs", "/real");
  tree.link("proc/1/root/real/up", "../abs/sub");
  tree.link("proc/1/root/loop", "loop");
  tree.directory("proc/1/root/net");
  const HostRoot root = root_of(tree);
  MountFact nfs;
  nfs.mountpoint = "/net";
  nfs.fstype = "nfs4";
  const std::vector<MountFact> mounts{nfs};
  CHECK(resolve_mountpoint("/abs/sub", mounts, root) == "/real/sub");
  CHECK(resolve_mountpoint("/real/up", mounts, root) == "/real/sub");
  CHECK(resolve_mountpoint("/loop", mounts, root) == "/loop");
  CHECK(resolve_mountpoint("/net/x", mounts, root) == "/net/x");
  CHECK(resolve_mountpoint("/none/x", mounts, root) == "/none/x");
}

}  // namespace
}  // namespace guardd
