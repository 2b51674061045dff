// SPDX-License-Identifier: Apache-2.0
#include "core/history.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/dataset_id.hpp"
#include "core/presence.hpp"

using namespace guardd;

namespace {

constexpr std::int64_t t0 = 1'800'000'000;

DataDirectoryFact datadir() {
  DataDirectoryFact fact;
  fact.service = "mysql";
  fact.path = "/var/lib/mysql";
  fact.mnt_ns = 7;
  fact.st_dev = 1;
  fact.inode = 42;
  fact.device = DeviceNumber{8, 1};
  fact.fs_uuid = "aaaa";
  fact.handle = "1:2a";
  fact.birth_ns = 100;
  fact.made_with = "ibdata1=1:2b@200";
  fact.anchors = {{"ibdata1", "1:2b", 200}};
  return fact;
}

struct Host {
  Snapshot snapshot;

  Host() {
    snapshot.began_wall_s = t0;
    snapshot.host_mnt_ns = 7;
    snapshot.host.machine_id = "m1";
    for (const char* name :
         {"processes", "open_files", "storage", "signatures", "data_directories", "memory", "clients"}) {
      snapshot.inspectors.push_back({.name = name, .health = Health::ok, .problems = {}, .duration_us = 1});
    }
    BlockDeviceFact disk;
    disk.name = "sda";
    disk.device = {8, 0};
    disk.serial = "S1";
    BlockDeviceFact part;
    part.name = "sda1";
    part.device = {8, 1};
    part.parent = "sda";
    snapshot.devices = {disk, part};
    MountFact mount;
    mount.mnt_ns = 7;
    mount.device = {8, 1};
    mount.root = "/";
    mount.mountpoint = "/";
    mount.fstype = "ext4";
    snapshot.mounts = {mount};
    snapshot.directories = {datadir()};
  }

  void start_server(Role role) {
    ProcessFact process;
    process.pid = 9;
    process.service = "mysql";
    snapshot.processes = {process};
    snapshot.directories.front().uses = {{9, "fd", "/var/lib/mysql/ibdata1"}};
    RoleFact fact;
    fact.pid = 9;
    fact.role = role;
    fact.replicas = std::uint32_t{0};
    if (role == Role::replica) {
      fact.replication = "running";
      fact.caught_up = true;
    }
    snapshot.roles = {fact};
  }
  void stop_server() {
    snapshot.processes.clear();
    snapshot.roles.clear();
    snapshot.directories.front().uses.clear();
  }
  [[nodiscard]] Learned learn(const std::vector<DatasetMemory>& before = {}) const {
    return guardd::learn(before, snapshot, assemble_datasets(snapshot));
  }
  [[nodiscard]] std::string id() const { return assemble_datasets(snapshot).front().id; }
  void blind(const std::string& name) {
    std::ranges::find(snapshot.inspectors, name, &InspectorReport::name)->health = Health::degraded;
  }
  /// The datadir is not found any more, and this is what the inspector "memory" says of it.
  void lose(const std::string& id, Whereabouts whereabouts) {
    snapshot.directories.clear();
    MemoryFact fact;
    fact.id = id;
    fact.whereabouts = whereabouts;
    snapshot.memories = {fact};
  }
};

}  // namespace

TEST_CASE("an identity is the same by another path, at another mount, with other device numbers") {
  Host host;
  const std::string id = host.id();
  CHECK(id.starts_with("mysql-"));
  SECTION("another path") { host.snapshot.directories.front().path = "/mnt/mysql"; }
  SECTION("another number") {
    host.snapshot.directories.front().st_dev = 9;
    host.snapshot.directories.front().device = DeviceNumber{9, 1};
    host.snapshot.devices[1].device = {9, 1};
    host.snapshot.mounts.front().device = {9, 1};
  }
  SECTION("it grew") { host.snapshot.directories.front().newest_mtime_s = t0; }
  CHECK(host.id() == id);
}

TEST_CASE("a copy, a restore, a clone, a fresh initialisation is another dataset") {
  Host host;
  const std::string id = host.id();
  DataDirectoryFact& fact = host.snapshot.directories.front();
  SECTION("copied to another directory") { fact.handle = "1:99"; }
  SECTION("restored: the inode is the same by chance, its birth is not") { fact.birth_ns = 101; }
  SECTION("initialised anew in the same directory") { fact.made_with = "ibdata1=1:2c@300"; }
  SECTION("on another filesystem") { fact.fs_uuid = "bbbb"; }
  SECTION("cloned to another disk, block by block") { host.snapshot.devices.front().serial = "S2"; }
  SECTION("called otherwise by its service") { fact.own_id = "uuid"; }
  SECTION("with the machine's image") { host.snapshot.host.machine_id = "m2"; }
  CHECK(host.id() != id);
}

TEST_CASE("what is seen is remembered, with when and as what") {
  Host host;
  host.start_server(Role::primary);
  const Learned first = host.learn();
  REQUIRE(first.memories.size() == 1);
  CHECK(first.memories.front().first_seen_s == t0);
  CHECK(first.memories.front().last_active_s == t0);
  CHECK(first.memories.front().inactive_since_s == 0);
  CHECK(first.memories.front().last_role == Role::primary);
  CHECK(first.memories.front().devices.size() == 2);
  host.stop_server();
  host.snapshot.began_wall_s = t0 + 30;
  const Learned second = host.learn(first.memories);
  CHECK(second.memories.front().first_seen_s == t0);
  CHECK(second.memories.front().last_active_s == t0);
  CHECK(second.memories.front().inactive_since_s == t0 + 30);
  CHECK(second.memories.front().last_role == Role::primary);
  CHECK(differs_in_substance(first.memories.front(), second.memories.front()));
}

TEST_CASE("a look that was blind does not say that a dataset is inactive") {
  for (const char* name : {"processes", "open_files", "data_directories"}) {
    Host host;
    host.start_server(Role::primary);
    const Learned first = host.learn();
    host.stop_server();
    host.blind(name);
    CHECK(host.learn(first.memories).memories.front().inactive_since_s == 0);
  }
}

TEST_CASE("a healthy replica is one that says so, whole and without clients or replicas") {
  Host host;
  host.start_server(Role::replica);
  RoleFact& role = host.snapshot.roles.front();
  bool healthy = false;
  SECTION("healthy") { healthy = true; }
  SECTION("behind") { role.caught_up = false; }
  SECTION("perhaps behind") { role.caught_up = Unknown{"why"}; }
  SECTION("stopped") { role.replication = "stopped"; }
  SECTION("with an error") { role.replication = "error 1062: duplicate"; }
  SECTION("a primary") { role.role = Role::primary; }
  SECTION("a relay") { role.replicas = std::uint32_t{1}; }
  SECTION("with replicas that can't be counted") { role.replicas = Unknown{"why"}; }
  SECTION("with clients") {
    ListenerFact listener;
    listener.pid = 9;
    listener.established = 1;
    host.snapshot.listeners = {listener};
  }
  SECTION("with clients that can't be seen") { host.blind("clients"); }
  SECTION("two servers, one of them no replica") {
    host.snapshot.roles.push_back(host.snapshot.roles.front());
    host.snapshot.roles.back().role = Role::standalone;
  }
  CHECK(host.learn().memories.front().was_healthy_replica == healthy);
}

// Every `systemctl stop` of a drained replica has such a moment, and looks follow the kernel's events: the one that
// fell into it made its release impossible.
TEST_CASE("a replica that shuts down, and answers nobody, stays what it said that it was") {
  Host host;
  host.snapshot.began_boot_ms = 100'000;
  host.start_server(Role::replica);
  const std::vector<DatasetMemory> heard = host.learn().memories;
  RoleFact& role = host.snapshot.roles.front();
  role.role = Role::unknown;
  role.silent = true;
  role.replication.clear();
  host.snapshot.began_wall_s = t0 + 5;
  host.snapshot.began_boot_ms += 5'000;
  SECTION("for as long as it takes") {
    for (int i = 0; i < 3; ++i) {
      host.snapshot.began_wall_s += i;
      host.snapshot.began_boot_ms += i * 1'000;
      const DatasetMemory memory = host.learn(heard).memories.front();
      CHECK(memory.was_healthy_replica);
      CHECK(memory.last_role == Role::replica);
      CHECK(memory.last_active_s == host.snapshot.began_wall_s);
      CHECK(memory.heard_s == t0);
      CHECK(memory.heard_boot_ms == 100'000);
    }
  }
  SECTION("and asked for nothing any more") {
    host.snapshot.roles.clear();
    CHECK(host.learn(heard).memories.front().was_healthy_replica);
  }
  SECTION("until it is heard again") {
    const std::vector<DatasetMemory> silent = host.learn(heard).memories;
    role.role = Role::primary;
    role.silent = false;
    const DatasetMemory memory = host.learn(silent).memories.front();
    CHECK_FALSE(memory.was_healthy_replica);
    CHECK(memory.last_role == Role::primary);
    CHECK(memory.heard_s == 0);
  }
}

TEST_CASE("who falls silent, and may be another by now, is no healthy replica") {
  Host host;
  host.snapshot.began_boot_ms = 100'000;
  host.start_server(Role::replica);
  std::vector<DatasetMemory> heard = host.learn().memories;
  RoleFact& role = host.snapshot.roles.front();
  role.role = Role::unknown;
  role.silent = true;
  host.snapshot.began_wall_s = t0 + 5;
  host.snapshot.began_boot_ms += 5'000;
  bool healthy = false;
  SECTION("nothing else happened") { healthy = true; }
  SECTION("somebody's shell is in its directory") {
    host.snapshot.directories.front().uses.push_back({10, "cwd", "/var/lib/mysql"});
    host.snapshot.directories.front().uses.push_back({11, "fd", "/var/lib/mysql"});
    healthy = true;
  }
  SECTION("somebody of whom nothing is known has a file of it") {
    host.snapshot.directories.front().uses.push_back({10, "lock", "/var/lib/mysql/ibdata1"});
  }
  SECTION("it answers, and is no replica now, and one question came too late") {
    role.silent = false;
    role.read_only = false;
    role.replication = "no source now; was a replica up to GTID 0-1-7";
  }
  SECTION("another server with its process number") { host.snapshot.processes.front().start_ticks = 77; }
  SECTION("another process besides") {
    host.snapshot.processes.push_back(host.snapshot.processes.front());
    host.snapshot.processes.back().pid = 10;
    host.snapshot.directories.front().uses.push_back({10, "fd", "/var/lib/mysql/ibdata1"});
  }
  SECTION("it has clients") {
    ListenerFact listener;
    listener.pid = 9;
    listener.established = 1;
    host.snapshot.listeners = {listener};
  }
  SECTION("whether it has clients can't be seen") { host.blind("clients"); }
  SECTION("the walk of processes was not whole") { host.blind("processes"); }
  SECTION("the host was booted meanwhile") { host.snapshot.host.boot_id = "b2"; }
  SECTION("it was seen stopped meanwhile") { heard.front().inactive_since_s = t0 + 2; }
  SECTION("one of two servers says that it is no replica") {
    host.snapshot.roles.push_back(role);
    host.snapshot.roles.back().role = Role::standalone;
    host.snapshot.roles.back().silent = false;
  }
  CHECK(host.learn(heard).memories.front().was_healthy_replica == healthy);
}

TEST_CASE("only what is known to be deleted or overwritten is forgotten") {
  Host host;
  const std::vector<DatasetMemory> before = host.learn().memories;
  const std::string id = before.front().id;
  SECTION("deleted") {
    host.lose(id, Whereabouts::deleted);
    CHECK(host.learn(before).forgotten == std::vector{id});
    // A filesystem that fails says so too, and can't be searched.
    host.blind("data_directories");
  }
  SECTION("deleted, where disks could not be seen") {
    host.lose(id, Whereabouts::deleted);
    host.blind("storage");
  }
  SECTION("deleted, says a look that did not see everything") {
    host.lose(id, Whereabouts::deleted);
    host.blind("memory");
  }
  SECTION("still there") { host.lose(id, Whereabouts::here); }
  SECTION("not known") { host.lose(id, Whereabouts::unknown); }
  SECTION("not mounted") { host.lose(id, Whereabouts::not_mounted); }
  SECTION("not looked for") { host.snapshot.directories.clear(); }
  SECTION("overwritten") {
    host.snapshot.signatures = {{DeviceNumber{8, 1}, Signature{"filesystem", "ext4", "aaaa", ""}}};
    const std::vector<DatasetMemory> with_uuid = host.learn().memories;
    host.lose(id, Whereabouts::not_mounted);
    host.snapshot.signatures.front().signature = Signature{"filesystem", "ext4", "bbbb", ""};
    // The partition has no name of its own: its disk tells that it is here, and nothing that it was overwritten.
    CHECK(host.learn(with_uuid).forgotten.empty());
    host.snapshot.devices[1].part_uuid = "p1";
    std::vector<DatasetMemory> named = with_uuid;
    named.front().devices.front().part_uuid = "p1";
    // tune2fs -U keeps the data: as mkfs it is believed after a day.
    CHECK(host.learn(named).forgotten.empty());
    host.snapshot.began_wall_s += 86'400;
    CHECK(host.learn(named).forgotten.empty());
    host.snapshot.began_boot_ms += 86'400'000;
    CHECK(host.learn(named).forgotten == std::vector{id});
    host.snapshot.began_wall_s = t0;
    host.snapshot.signatures.front().signature = Signature{"other", "swap", "bbbb", ""};
    CHECK(host.learn(named).forgotten == std::vector{id});
  }
  CHECK(host.learn(before).forgotten.empty());
}

TEST_CASE("a look that can't read what devices carry does not make them unrecognisable") {
  for (const char* name : {"storage", "signatures"}) {
    Host host;
    host.snapshot.signatures = {{DeviceNumber{8, 1}, Signature{"filesystem", "ext4", "aaaa", ""}}};
    const std::vector<DatasetMemory> before = host.learn().memories;
    REQUIRE(before.front().devices.front().uuid == "aaaa");
    host.snapshot.signatures.clear();
    host.blind(name);
    CHECK(host.learn(before).memories.front().devices == before.front().devices);
  }
}

TEST_CASE("a disk that is away is noticed, and when it came back") {
  Host host;
  const std::vector<DatasetMemory> before = host.learn().memories;
  host.lose(before.front().id, Whereabouts::not_mounted);
  const std::vector<BlockDeviceFact> devices = host.snapshot.devices;
  host.snapshot.devices.clear();
  const Learned away = host.learn(before);
  CHECK(away.memories.front().absent_since_s == t0);
  host.snapshot.began_wall_s = t0 + 60;
  CHECK(host.learn(away.memories).memories.front().absent_since_s == t0);
  host.snapshot.host.boot_id = "the next boot";
  host.snapshot.began_boot_ms = 7000;
  const Learned next = host.learn(away.memories);
  CHECK(next.memories.front().absent_since_s == t0);
  CHECK(next.memories.front().absent_boot_ms == 7000);
  host.snapshot.devices = devices;
  CHECK(host.learn(away.memories).memories.front().absent_since_s == 0);
  CHECK(host.learn(next.memories).memories.front().absent_boot_id.empty());
}

TEST_CASE("containers' datasets leave room for the host's") {
  Host host;
  std::vector<DatasetMemory> many(max_contained_memories);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].id = "x-" + std::to_string(i);
    many[i].contained = true;
  }
  CHECK(host.learn(many).memories.size() == many.size() + 1);
  CHECK_FALSE(host.learn(many).full);
  host.snapshot.host_mnt_ns = 8;  // now it is a container's
  CHECK(host.learn(many).memories.size() == many.size());
  CHECK(host.learn(many).full);
  many.resize(max_memories);
  CHECK(host.learn(many).full);
}

TEST_CASE("a directory whose service calls it otherwise is known by the new name alone") {
  Host host;
  const std::vector<DatasetMemory> before = host.learn().memories;
  host.snapshot.directories.front().own_id = "uuid";
  const Learned after = host.learn(before);
  CHECK(after.forgotten == std::vector{before.front().id});
  CHECK(after.memories.size() == 1);
}

TEST_CASE("the clone of a disk does not stand in for it") {
  Host host;
  const std::vector<DatasetMemory> before = host.learn().memories;
  host.snapshot.devices.front().serial = "S2";
  const Learned after = host.learn(before);
  CHECK(after.forgotten.empty());
  CHECK(after.memories.size() == 2);
}

TEST_CASE("what happens is dated by the time since boot too, which nobody sets") {
  Host host;
  host.snapshot.host.boot_id = "this boot";
  const auto look = [&](const std::vector<DatasetMemory>& before, std::int64_t boot_ms) {
    host.snapshot.began_boot_ms = boot_ms;
    return host.learn(before).memories;
  };
  std::vector<DatasetMemory> memories = look({}, 1000);
  CHECK(memories.front().event_boot_ms == 1000);  // seen for the first time
  host.start_server(Role::primary);
  memories = look(memories, 2000);
  host.stop_server();
  memories = look(memories, 3000);
  memories = look(memories, 4000);
  CHECK(memories.front().event_boot_ms == 2000);
  CHECK(memories.front().active_boot_ms == 2000);
  CHECK(memories.front().inactive_boot_ms == 3000);
  host.snapshot.directories.front().newest_mtime_s = 1;
  memories = look(memories, 5000);
  memories = look(memories, 6000);
  CHECK(memories.front().event_boot_ms == 5000);

  host.snapshot.host.boot_id = "the next boot";
  memories = look(memories, 500);
  CHECK(memories.front().boot_id == "this boot");  // nothing has happened in the next one
  host.snapshot.directories.front().newest_mtime_s = 2;
  memories = look(memories, 600);
  CHECK(memories.front().boot_id == "the next boot");
  CHECK(memories.front().event_boot_ms == 600);
  CHECK(memories.front().active_boot_ms == 0);
  CHECK(memories.front().inactive_boot_ms == 0);
}

// The kernel names an array's disks anew at each boot, and one day one of them is replaced.
TEST_CASE("on an array the order of its disks is no part of the identity, and a replaced one takes no history away") {
  Host host;
  const auto disk = [](const char* name, std::uint32_t minor, const char* serial) {
    BlockDeviceFact fact;
    fact.name = name;
    fact.device = {8, minor};
    fact.serial = serial;
    return fact;
  };
  BlockDeviceFact array;
  array.name = "md0";
  array.device = {9, 0};
  array.slaves = {"sdb", "sdc"};
  host.snapshot.devices = {disk("sdb", 16, "B"), disk("sdc", 32, "C"), array};
  host.snapshot.mounts.front().device = {9, 0};
  host.snapshot.directories.front().device = DeviceNumber{9, 0};
  host.snapshot.host.boot_id = "b";
  host.snapshot.began_boot_ms = 1000;
  const std::vector<DatasetMemory> before = host.learn().memories;
  REQUIRE(before.size() == 1);

  host.snapshot.devices = {disk("sdb", 16, "C"), disk("sdc", 32, "B"), array};
  CHECK(host.id() == before.front().id);

  host.snapshot.began_wall_s += 100;
  host.snapshot.devices = {disk("sdb", 16, "D"), disk("sdc", 32, "B"), array};
  REQUIRE(host.id() != before.front().id);
  const Learned after = host.learn(before);
  CHECK(after.forgotten == std::vector{before.front().id});
  REQUIRE(after.memories.size() == 1);
  CHECK(after.memories.front().id == host.id());
  CHECK(after.memories.front().first_seen_s == t0);

  // The other half of a mirror that was split is still here, with the data.
  array.slaves = {"sdc"};
  host.snapshot.devices = {disk("sdb", 16, "C"), disk("sdc", 32, "B"), array};
  CHECK(host.learn(before).forgotten.empty());
  CHECK(host.learn(before).memories.size() == 2);

  array.slaves = {"sdb", "sdc"};
  host.snapshot.devices = {disk("sdb", 16, "E"), disk("sdc", 32, "F"), array};  // both: a clone
  CHECK(host.learn(before).memories.size() == 2);
}
