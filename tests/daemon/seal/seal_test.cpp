// SPDX-License-Identifier: Apache-2.0
// The seal on the real kernel, in a cgroup of the test's own.
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "daemon/seal/denials.hpp"
#include "seal/bpf_call.hpp"
#include "tests/daemon/seal/seal_place.hpp"

using namespace guardd;
using namespace guardd::seal;
using namespace guardd::test;

namespace {

std::vector<guardd_seal_event> events_of(const Attached& seal) {
  std::vector<guardd_seal_event> events;
  const auto ring = open_events(seal.pinned.events);
  REQUIRE(ring);
  (*ring)->read([&](const guardd_seal_event& event) { events.push_back(event); });
  return events;
}

bool is_in_first_pid_namespace() { return id_of("/proc/self/ns/pid") == 0xEFFFFFFC; }

/// Polls, until `condition` or for 20 s.
bool comes_true(const std::function<bool()>& condition) {
  for (const std::uint64_t end = boot_ns() + 20'000'000'000; boot_ns() < end;) {
    if (condition()) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a sealed block device opens for reading and not for writing, and others open as ever") {
  const SealPlace place;
  const Loop sealed(1 << 20);
  const Loop other(1 << 20);
  if (!place.why_not.empty() || sealed.name.empty() || other.name.empty()) return;
  const std::string node = "/dev/" + sealed.name;
  const Attached seal = place.attach();
  CHECK(place.open(node, O_RDWR) == 0);
  REQUIRE_FALSE(follow(seal.pinned, Sealed{{block(node), 7}}));
  CHECK(place.open(node, O_RDONLY) == 0);
  CHECK(place.open(node, O_WRONLY) == EPERM);
  CHECK(place.open(node, O_RDWR) == EPERM);
  CHECK(place.open(node, O_RDWR | O_EXCL) == EPERM);
  CHECK(place.open("/dev/" + other.name, O_RDWR) == 0);
  CHECK(try_open(node, O_RDWR) == 0);  // this process is not in the cgroup

  SECTION("through a node of another name too, which may be made") {
    const std::string own = place.tree.at("disk");
    const int made = in_cgroup(place.places.cgroup, [&] {
      struct stat status {};
      ::stat(node.c_str(), &status);
      return ::mknod(own.c_str(), S_IFBLK | 0600, status.st_rdev) == 0 ? 0 : errno;
    });
    CHECK(made == 0);
    CHECK(place.open(own, O_RDONLY) == 0);
    CHECK(place.open(own, O_WRONLY) == EPERM);
  }
  SECTION("until it is sealed no more") {
    REQUIRE_FALSE(follow(seal.pinned, Sealed{{block("/dev/" + other.name), 8}}));
    CHECK(place.open(node, O_RDWR) == 0);
    CHECK(place.open("/dev/" + other.name, O_RDWR) == EPERM);
  }
  SECTION("and with `keep` nothing is unsealed") {
    REQUIRE_FALSE(follow(seal.pinned, Sealed{{block("/dev/" + other.name), 8}}, true));
    CHECK(place.open(node, O_RDWR) == EPERM);
    CHECK(place.open("/dev/" + other.name, O_RDWR) == EPERM);
  }
}

// As on a host that has version 1 alone. This machine's own can't be unmounted: that it is the same is what there is to
// see.
TEST_CASE("a cgroup hierarchy that nobody has mounted can be sealed through a mount of guardd's own") {
  SealPlace place;
  const Loop sealed(1 << 20);
  if (!place.why_not.empty() || sealed.name.empty()) return;
  const Result<Fd> root = cgroup_root_of_ones_own();
  REQUIRE(root);
  const std::string own = "/proc/self/fd/" + std::to_string(root->get());
  const std::string mounted = place.places.cgroup;
  CHECK(id_of(own) == id_of(cgroup_root()->path));
  place.places.cgroup = own + mounted.substr(mounted.rfind('/'));
  const Attached seal = place.attach();
  place.places.cgroup = mounted;
  const std::string node = "/dev/" + sealed.name;
  REQUIRE_FALSE(follow(seal.pinned, Sealed{{block(node), 7}}));
  CHECK(place.open(node, O_WRONLY) == EPERM);
}

TEST_CASE("a sealed character device opens in no way") {
  const SealPlace place;
  if (!place.why_not.empty()) return;
  const Attached seal = place.attach();
  REQUIRE_FALSE(follow(seal.pinned, Sealed{{block("/dev/full"), 0}}));
  CHECK(place.open("/dev/full", O_RDONLY) == EPERM);
  CHECK(place.open("/dev/full", O_RDWR) == EPERM);
  CHECK(place.open("/dev/null", O_RDWR) == 0);
}

TEST_CASE("an exemption is for its cgroup and all below it, its device, and its time") {
  SealPlace place;
  const Loop first(1 << 20);
  const Loop second(1 << 20);
  if (!place.why_not.empty() || first.name.empty() || second.name.empty()) return;
  const std::string node = "/dev/" + first.name;
  const std::string other = "/dev/" + second.name;
  const std::string permit = place.below("permit");
  const std::string child = place.below("permit/child");
  const std::string sibling = place.below("sibling");
  const auto opens = [](const std::string& cgroup, const std::string& what) {
    return in_cgroup(cgroup, [&] { return try_open(what, O_RDWR); });
  };
  const Attached seal = place.attach();
  REQUIRE_FALSE(follow(seal.pinned, Sealed{{block(node), 1}, {block(other), 2}}));
  const Exemption exemption{.cgroup = id_of(permit), .device = block(node)};
  REQUIRE_FALSE(follow(seal.pinned, Exemptions{{exemption, GUARDD_SEAL_NEVER}}));
  CHECK(opens(permit, node) == 0);
  CHECK(opens(child, node) == 0);
  CHECK(opens(sibling, node) == EPERM);
  CHECK(opens(place.places.cgroup, node) == EPERM);
  CHECK(opens(permit, other) == EPERM);

  SECTION("for any device where it names none") {
    REQUIRE_FALSE(follow(seal.pinned, Exemptions{{{.cgroup = id_of(permit), .device = {}}, GUARDD_SEAL_NEVER}}));
    CHECK(opens(child, other) == 0);
    CHECK(opens(sibling, other) == EPERM);
  }
  SECTION("and ends by itself") {
    const std::uint64_t until = boot_ns() + 300'000'000;
    REQUIRE_FALSE(follow(seal.pinned, Exemptions{{exemption, until}}));
    const int before = opens(child, node);
    if (boot_ns() < until) CHECK(before == 0);  // a busy machine may take longer than that
    CHECK(comes_true([&] { return opens(child, node) == EPERM; }));
  }
  SECTION("and one that has ended lets nothing through") {
    REQUIRE_FALSE(follow(seal.pinned, Exemptions{{exemption, boot_ns()}}));
    CHECK(opens(permit, node) == EPERM);
  }
}

TEST_CASE(
    "on a kernel without ancestors' ids an exemption is for its own cgroup alone; without pids and names they are not "
    "told") {
  SealPlace place;
  const Loop loop(1 << 20);
  if (!place.why_not.empty() || loop.name.empty()) return;
  const std::string node = "/dev/" + loop.name;
  const std::string permit = place.below("permit");
  const std::string child = place.below("permit/child");
  const Helpers none{.ancestors = false, .pid_namespace = false, .pid = false, .comm = false};
  const Attached seal = place.attach(Mode::enforce, none);
  CHECK(seal.lacks.size() == 2);
  REQUIRE_FALSE(follow(seal.pinned, Sealed{{block(node), 1}}));
  const Exemption exemption{.cgroup = id_of(permit), .device = block(node)};
  REQUIRE_FALSE(follow(seal.pinned, Exemptions{{exemption, GUARDD_SEAL_NEVER}}));
  CHECK(in_cgroup(permit, [&] { return try_open(node, O_RDWR); }) == 0);
  CHECK(in_cgroup(child, [&] { return try_open(node, O_RDWR); }) == EPERM);
  const std::vector<guardd_seal_event> events = events_of(seal);
  REQUIRE(events.size() == 1);
  CHECK(events.front().pid == 0);
  CHECK(events.front().outer_pid == 0);
  CHECK(events.front().comm[0] == '\0');
  CHECK(events.front().cgroup == id_of(child));
}

TEST_CASE("what is observed is let through and told, what is denied is told too") {
  const SealPlace place;
  const Loop loop(1 << 20);
  if (!place.why_not.empty() || loop.name.empty()) return;
  const std::string node = "/dev/" + loop.name;
  const Attached observing = place.attach(Mode::observe);
  REQUIRE_FALSE(follow(observing.pinned, Sealed{{block(node), 1}}));
  CHECK(place.open(node, O_WRONLY) == 0);
  const Attached enforcing = place.attach(Mode::enforce);
  CHECK(enforcing.adopted);
  CHECK(place.open(node, O_WRONLY) == EPERM);
  const std::vector<guardd_seal_event> events = events_of(enforcing);
  // Newer kernels ask twice of an opening that is let through: for its inode and for its device (block/bdev.c,
  // bdev_permission).
  REQUIRE(events.size() >= 2);
  REQUIRE(events.size() <= 3);
  for (std::size_t i = 0; i < events.size(); ++i) CHECK(events[i].denied == (i + 1 == events.size() ? 1U : 0U));
  CgroupNames names(place.places.cgroup);
  for (const guardd_seal_event& event : events) {
    CHECK(event.access == GUARDD_SEAL_WRITE);
    CHECK(event.device.minor == block(node).number.minor);
    CHECK(event.cgroup == id_of(place.places.cgroup));
    CHECK(event.uid == ::getuid());
    // Of one pid namespace; 0 where the kernel can't tell (before 6.10).
    CHECK((event.pid == event.outer_pid || event.pid == 0));
    if (is_in_first_pid_namespace()) CHECK(describe(event, names).pid == static_cast<std::int32_t>(event.outer_pid));
    CHECK(std::string(static_cast<const char*>(event.comm)) == "seal_test");
  }
  const Result<Counters> counters = read_counters(enforcing.pinned);
  REQUIRE(counters);
  CHECK(counters->observed == events.size() - 1);
  CHECK(counters->denied == 1);
}

TEST_CASE("a lifted seal is back by itself") {
  const SealPlace place;
  const Loop loop(1 << 20);
  if (!place.why_not.empty() || loop.name.empty()) return;
  const std::string node = "/dev/" + loop.name;
  const Attached seal = place.attach();
  REQUIRE_FALSE(follow(seal.pinned, Sealed{{block(node), 1}}));
  REQUIRE_FALSE(write_setting(seal.pinned.settings, GUARDD_SEAL_LIFTED_UNTIL, boot_ns() + 3'600'000'000'000));
  CHECK(place.open(node, O_WRONLY) == 0);
  REQUIRE_FALSE(write_setting(seal.pinned.settings, GUARDD_SEAL_LIFTED_UNTIL, boot_ns() + 100'000'000));
  CHECK(comes_true([&] { return place.open(node, O_WRONLY) == EPERM; }));
}

TEST_CASE("the seal outlives who attached it, and the next one finds its entries") {
  const SealPlace place;
  const Loop loop(1 << 20);
  if (!place.why_not.empty() || loop.name.empty()) return;
  const std::string node = "/dev/" + loop.name;
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<Attached> seal = attach(place.places, Mode::enforce);
    if (!seal || follow(seal->pinned, Sealed{{block(node), 42}})) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  CHECK(place.open(node, O_WRONLY) == EPERM);
  const Attached next = place.attach();
  CHECK(next.adopted);
  CHECK_FALSE(next.renewed);
  const Result<Sealed> entries = read_sealed(next.pinned);
  REQUIRE(entries);
  CHECK(*entries == Sealed{{block(node), 42}});
  REQUIRE_FALSE(remove_pinned(place.places.pins));
  CHECK(place.open(node, O_WRONLY) == 0);
  CHECK_FALSE(std::filesystem::exists(place.places.pins));
}

TEST_CASE("a start that died before its link was pinned is begun anew") {
  const SealPlace place;
  if (!place.why_not.empty()) return;
  { const Attached seal = place.attach(); }
  REQUIRE(::unlink((place.places.pins + "/link").c_str()) == 0);
  const Attached next = place.attach();
  CHECK_FALSE(next.adopted);
  CHECK(std::filesystem::exists(place.places.pins + "/link"));
}

TEST_CASE("pins that guardd has not made stay where they are") {
  const SealPlace place;
  if (!place.why_not.empty()) return;
  { const Attached seal = place.attach(); }
  const std::string link = place.places.pins + "/link";
  const std::string map = place.places.pins + "/sealed";
  SECTION("a map of another shape") {
    REQUIRE(::unlink(map.c_str()) == 0);
    REQUIRE(::rename((place.places.pins + "/exempt").c_str(), map.c_str()) == 0);
  }
  SECTION("no link at all") {
    REQUIRE(::unlink(link.c_str()) == 0);
    REQUIRE(::rename(map.c_str(), link.c_str()) == 0);
    CHECK(remove_pinned(place.places.pins)->code == "foreign");
  }
  const Result<Attached> refused = attach(place.places, Mode::enforce);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "foreign");
  CHECK(std::filesystem::exists(link));
  (void)forget_pinned(place.places.pins);
}

TEST_CASE("without a bpffs there is no seal, and a message that says what to do") {
  const SealPlace place;
  if (!place.why_not.empty()) return;
  const Places elsewhere{.cgroup = place.places.cgroup, .pins = place.tree.directory("plain") + "/guardd/seal"};
  std::filesystem::create_directories(place.tree.at("plain/guardd"));
  const Result<Attached> refused = attach(elsewhere, Mode::enforce);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "no_bpffs");
  CHECK(refused.error().message.find("mount -t bpf") != std::string::npos);
}
