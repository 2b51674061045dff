// SPDX-License-Identifier: Apache-2.0
#include "core/release.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/release_candidates.hpp"
#include "core/snapshot.hpp"

using namespace guardd;

namespace {

constexpr std::int64_t now_s = 1'800'000'000;
constexpr std::int64_t day_s = 86'400;

/// A host on which a stopped server's data was seen, and a look that saw everything.
struct StoppedHost {
  Snapshot snapshot;
  DatasetMemory memory;
  std::vector<Dataset> datasets;
  ReleaseTerms terms{.quiet_s = day_s, .wall_s = now_s, .latest_s = now_s - 5};

  StoppedHost() {
    for (const char* name : {"processes", "open_files", "storage", "data_directories", "memory"}) {
      snapshot.inspectors.push_back({.name = name, .health = Health::ok, .problems = {}, .duration_us = 1});
    }
    memory.id = "mysql-1";
    memory.service = "mysql";
    memory.path = "/var/lib/mysql";
    memory.first_seen_s = now_s - 40 * day_s;
    memory.last_seen_s = now_s;
    memory.last_active_s = now_s - 10 * day_s;
    memory.inactive_since_s = memory.last_active_s + 30;
    memory.last_written_s = memory.last_active_s;
    memory.last_role = Role::primary;
    MemoryFact fact;
    fact.id = memory.id;
    fact.whereabouts = Whereabouts::here;
    fact.watermark = Watermark{.newest_ns = memory.last_active_s * 1'000'000'000, .entries = 3, .bytes = 9};
    snapshot.memories.push_back(fact);
  }

  [[nodiscard]] ReleaseJudgement judge() const { return judge_release(memory, snapshot, datasets, terms); }
  void last_was_replica() {
    memory.last_active_s = now_s - 60;
    memory.inactive_since_s = now_s - 30;
    memory.last_role = Role::replica;
    memory.was_healthy_replica = true;
  }
};

bool granted(const ReleaseJudgement& judgement) {
  CHECK(judgement.basis.empty() != judgement.why_not.empty());
  CHECK(judgement.why_not.empty() == judgement.remedy.empty());
  return !judgement.basis.empty();
}

}  // namespace

TEST_CASE("data to which nothing has happened for the quiet time may be released") {
  StoppedHost host;
  CHECK(granted(host.judge()));
  host.terms.quiet_s = 10 * day_s;
  CHECK(granted(host.judge()));
  host.terms.quiet_s = 10 * day_s + 1;
  CHECK_FALSE(granted(host.judge()));
}

TEST_CASE("each thing that happened lately stands in the way") {
  StoppedHost host;
  SECTION("it was in use") { host.memory.last_active_s = now_s - day_s + 1; }
  SECTION("it had clients") { host.memory.last_clients_s = now_s - day_s + 1; }
  SECTION("it was written to") { host.memory.last_written_s = now_s - day_s + 1; }
  SECTION("guardd has not known it for long") { host.memory.first_seen_s = now_s - day_s + 1; }
  SECTION("a file in it changed, be it while guardd was not there") {
    Watermark mark = host.snapshot.memories.front().watermark.value();
    mark.newest_ns = (now_s - day_s + 1) * 1'000'000'000;
    host.snapshot.memories.front().watermark = mark;
  }
  SECTION("a file in it is from the future") {
    Watermark mark = host.snapshot.memories.front().watermark.value();
    mark.newest_ns = (now_s + day_s) * 1'000'000'000;
    host.snapshot.memories.front().watermark = mark;
  }
  CHECK_FALSE(granted(host.judge()));
}

// Invariant: "stop the server, release, reinstall" on a live primary is refused at the release.
TEST_CASE("a primary that was stopped a moment ago may not be released") {
  StoppedHost host;
  host.memory.last_active_s = now_s - 60;
  host.memory.inactive_since_s = now_s - 30;
  const ReleaseJudgement judgement = host.judge();
  CHECK_FALSE(granted(judgement));
  CHECK(judgement.why_not.find("it was primary") != std::string::npos);
}

TEST_CASE("a healthy replica that was stopped a moment ago may be released") {
  StoppedHost host;
  host.last_was_replica();
  CHECK(granted(host.judge()));
}

TEST_CASE("a replica that nobody watched while it stopped may have been promoted") {
  StoppedHost host;
  host.last_was_replica();
  host.memory.last_active_s = host.memory.inactive_since_s - 180;
  CHECK(granted(host.judge()));
  host.memory.last_active_s = host.memory.inactive_since_s - 181;
  CHECK_FALSE(granted(host.judge()));
}

TEST_CASE("a replica that was silent for long before it stopped may have been promoted") {
  StoppedHost host;
  host.last_was_replica();
  host.memory.heard_s = host.memory.inactive_since_s - 180;
  CHECK(granted(host.judge()));
  host.memory.heard_s = host.memory.inactive_since_s - 181;
  CHECK_FALSE(granted(host.judge()));
  SECTION("and a host that was booted with a clock behind does not make it short") {
    host.memory.heard_s = host.memory.inactive_since_s + 1;
    CHECK_FALSE(granted(host.judge()));
  }
  SECTION("and a clock that was set back does not make it short") {
    host.memory.heard_s = host.memory.inactive_since_s - 30;
    host.memory.inactive_boot_ms = 1'000'000;
    host.memory.active_boot_ms = host.memory.inactive_boot_ms - 10'000;
    host.memory.heard_boot_ms = host.memory.inactive_boot_ms - 180'000;
    CHECK(granted(host.judge()));
    host.memory.heard_boot_ms = host.memory.inactive_boot_ms - 180'001;
    CHECK_FALSE(granted(host.judge()));
  }
}

TEST_CASE("nothing is released on the word of a look that was blind") {
  for (std::size_t i = 0; i < 5; ++i) {
    StoppedHost host;
    SECTION("degraded " + std::to_string(i)) { host.snapshot.inspectors[i].health = Health::degraded; }
    SECTION("missing " + std::to_string(i)) {
      host.snapshot.inspectors.erase(host.snapshot.inspectors.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (host.snapshot.inspectors.size() < 5 || host.snapshot.inspectors[i].health != Health::ok) {
      CHECK_FALSE(granted(host.judge()));
    }
  }
}

TEST_CASE("what is in use, or can't be found or compared, is not released") {
  StoppedHost host;
  host.last_was_replica();
  SECTION("in use") {
    Dataset dataset;
    dataset.id = host.memory.id;
    dataset.state = DatasetState::active;
    host.datasets.push_back(dataset);
  }
  SECTION("not looked for") { host.snapshot.memories.clear(); }
  SECTION("not known where") { host.snapshot.memories.front().whereabouts = Whereabouts::unknown; }
  SECTION("too large to be compared") { host.snapshot.memories.front().watermark = Unknown{"too large"}; }
  SECTION("a clock that was set back") { host.terms.latest_s = now_s + 1; }
  CHECK_FALSE(granted(host.judge()));
}

TEST_CASE("a release is over when its data is used, changed, or mounted again") {
  StoppedHost host;
  Release release;
  release.dataset = host.memory.id;
  release.watermark = host.snapshot.memories.front().watermark;
  CHECK(why_lapsed(release, host.snapshot, host.datasets).empty());
  SECTION("used") {
    Dataset dataset;
    dataset.id = host.memory.id;
    dataset.state = DatasetState::active;
    host.datasets.push_back(dataset);
  }
  SECTION("changed") { host.snapshot.memories.front().watermark = Watermark{.newest_ns = 1, .entries = 4, .bytes = 9}; }
  SECTION("mounted again after it was released unmounted") { release.watermark = Unknown{"not mounted"}; }
  CHECK_FALSE(why_lapsed(release, host.snapshot, host.datasets).empty());
}

TEST_CASE("what can't be told ends no release, and lifts nothing meanwhile") {
  StoppedHost host;
  Release release;
  release.dataset = host.memory.id;
  release.watermark = host.snapshot.memories.front().watermark;
  host.snapshot.memories.front().watermark = Unknown{"late"};
  CHECK(why_lapsed(release, host.snapshot, host.datasets).empty());
}

TEST_CASE("people may answer for a history that does not speak for a release, and for nothing else") {
  StoppedHost host;
  host.terms.approval = "override o1, approved by ann and bob: sold";
  CHECK_FALSE(host.judge().used_approval);  // its history is enough
  host.memory.last_active_s = now_s - 60;
  const ReleaseJudgement judgement = host.judge();
  CHECK(granted(judgement));
  CHECK(judgement.used_approval);
  CHECK(judgement.basis == host.terms.approval);
  SECTION("it is in use") {
    Dataset dataset;
    dataset.id = host.memory.id;
    dataset.state = DatasetState::active;
    host.datasets = {dataset};
  }
  SECTION("a look that was blind") { host.snapshot.inspectors.front().health = Health::degraded; }
  SECTION("it can't be found") { host.snapshot.memories.clear(); }
  SECTION("the clock was set back") { host.terms.latest_s = now_s + 1; }
  CHECK_FALSE(granted(host.judge()));
}

// A host whose clock stood at 1970 until NTP set it: decades passed in a second, and a primary that was stopped a
// minute ago had been "quiet" for all of them.
TEST_CASE("a clock that is set makes no time pass") {
  StoppedHost host;
  host.snapshot.host.boot_id = "this boot";
  host.snapshot.began_boot_ms = 40 * day_s * 1000;
  host.memory.boot_id = "this boot";
  SECTION("forward, after it was stopped") {
    host.memory.event_boot_ms = host.snapshot.began_boot_ms - (day_s - 1) * 1000;
    const ReleaseJudgement judgement = host.judge();
    CHECK_FALSE(granted(judgement));
    CHECK_THAT(judgement.why_not, Catch::Contains("23h 59m ago by the time since boot"));
    CHECK_THAT(judgement.remedy, Catch::Contains("release it in 1s; or"));
    host.memory.event_boot_ms -= 1000;
    CHECK(granted(host.judge()));
    // Of another boot there is nothing but the clock.
    host.memory.event_boot_ms = host.snapshot.began_boot_ms;
    host.memory.boot_id = "another boot";
    CHECK(granted(host.judge()));
  }
  SECTION("back, while nobody watched a replica being promoted and stopped") {
    host.last_was_replica();
    host.memory.event_boot_ms = host.memory.active_boot_ms = 1'000'000;
    host.memory.inactive_boot_ms = 1'180'000;
    CHECK(granted(host.judge()));
    host.memory.inactive_boot_ms = 1'180'001;
    CHECK_FALSE(granted(host.judge()));
  }
}

// The disk was attached to another machine, or guardd was not running: the replica was promoted, written to and
// stopped.
TEST_CASE("a replica that was written to after it was seen stopped is judged by that") {
  StoppedHost host;
  host.last_was_replica();
  REQUIRE(granted(host.judge()));
  std::string why =
      "was a healthy replica, and was written to at 2027-01-15T07:59:41Z, after guardd had seen it stopped";
  std::string remedy = "release it after ";
  SECTION("a file in it is newer than the look that found it stopped") {
    Watermark mark = host.snapshot.memories.front().watermark.value();
    mark.newest_ns = (host.memory.inactive_since_s + 11) * 1'000'000'000;
    host.snapshot.memories.front().watermark = mark;
  }
  SECTION("a later look saw it written to") { host.memory.last_written_s = host.memory.inactive_since_s + 11; }
  SECTION("it is not mounted, so nobody can tell") {
    host.snapshot.memories.front().whereabouts = Whereabouts::not_mounted;
    host.snapshot.memories.front().watermark = Unknown{"not mounted"};
    why = "was a healthy replica, and is not mounted";
    remedy = "mount its filesystem and release it then; or release it after ";
  }
  const ReleaseJudgement judgement = host.judge();
  CHECK_FALSE(granted(judgement));
  CHECK_THAT(judgement.why_not, Catch::Contains(why));
  CHECK_THAT(judgement.remedy, Catch::StartsWith(remedy));
}

TEST_CASE("a device is in use when anything that stands on it is mounted") {
  Snapshot snapshot;
  const auto device = [](const char* name, std::uint32_t minor) {
    BlockDeviceFact fact;
    fact.name = name;
    fact.device = {8, minor};
    return fact;
  };
  BlockDeviceFact disk = device("sdb", 16);
  disk.serial = "B";
  BlockDeviceFact volume = device("dm-0", 99);
  volume.slaves = {"sdb"};
  snapshot.devices = {disk, volume};
  snapshot.signatures = {{DeviceNumber{8, 16}, Signature{"raid", "LVM2_member", "pv", ""}},
                         {DeviceNumber{8, 99}, Signature{"filesystem", "ext4", "fs", ""}}};
  const std::vector<Release> free = device_releases(snapshot, {8, 16});
  REQUIRE(free.size() == 2);
  CHECK(why_lapsed(free.front(), snapshot, {}).empty());
  SECTION("mounted") {
    MountFact mount;
    mount.device = {8, 99};
    snapshot.mounts = {mount};
  }
  SECTION("swap") { snapshot.devices[1].swap = true; }
  CHECK(device_releases(snapshot, {8, 16}).empty());
  CHECK(why_lapsed(free.front(), snapshot, {}) == "its device is in use");
  CHECK(why_lapsed(free.back(), snapshot, {}) == "its device is in use");
}
