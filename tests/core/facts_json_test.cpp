// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

#include "core/facts_json.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

/// Names as a hostile process chooses them: a newline, an escape, bytes that are no UTF-8.
const std::string hostile = "a\n\x1b[2J\xff\xc3\x28";

Snapshot filled() {
  Snapshot s;
  s.generation = UINT64_MAX;
  s.began_boot_ms = 100;
  s.began_wall_s = -5;
  s.host_mnt_ns = 4026531841;
  s.host = {"db1", std::vector<std::string>{"db1.example"}, "0123", "aaaa-bbbb", "03000200"};
  s.boot = {Known<std::string>("running"), {{"/dev/sdb1", hostile, "/etc/fstab", {}}}};
  ProcessFact process;
  process.pid = 812;
  process.ppid = 1;
  process.start_ticks = 77;
  process.uid = 999;
  process.comm = hostile;
  process.exe = "/usr/sbin/" + hostile;
  process.exe_deleted = true;
  process.args = {"mariadbd", "", hostile};
  process.cgroup = "/system.slice";
  process.unit = "mariadb.service";
  process.cwd = "/var/lib/mysql";
  process.ns = {1, 2, 3, 4, 5};
  process.contained = true;
  process.service = "mysql";
  process.matched_by = "comm";
  process.data_paths = {"/srv/d"};
  process.socket_inodes = {1, UINT64_MAX};
  s.processes = {process};
  s.open_files = {{.pid = 812,
                   .service = "mysql",
                   .path = hostile,
                   .deleted = true,
                   .writable = true,
                   .how = "fd",
                   .mount_id = 29,
                   .device = DeviceNumber{254, 1},
                   .st_dev = 65025,
                   .inode = 42},
                  {.pid = 813,
                   .service = "",
                   .path = "/x",
                   .deleted = false,
                   .writable = false,
                   .how = "map",
                   .mount_id = -1,
                   .device = Unknown{"detached: " + hostile},
                   .st_dev = 0,
                   .inode = 0}};
  s.open_devices = {{.pid = 5, .exe = "/bin/dd", .path = "/dev/sda", .device = {8, 0}, .writable = true}};
  s.busy_directories = {{.path = "/var", .pid = 9, .mnt_ns = 4, .cwd = true}};
  s.busy_directories_complete = true;
  s.mounts = {{.mnt_ns = 1,
               .id = 27,
               .parent = 1,
               .device = {254, 1},
               .root = "/",
               .mountpoint = hostile,
               .fstype = "ext4",
               .source = "/dev/vda1",
               .writable = true,
               .upperdir = "/up"}};
  s.filesystems = {{.device = {254, 1}, .fstype = "ext4", .mountpoint = "/", .has_content = true},
                   {.device = {7, 0}, .fstype = "xfs", .mountpoint = "/m", .has_content = false},
                   {.device = {7, 1}, .fstype = "xfs", .mountpoint = "/n", .has_content = Unknown{"EIO"}}};
  s.devices = {{.name = "loop0",
                .device = {7, 0},
                .parent = "p",
                .slaves = {"s"},
                .holders = {"dm-0"},
                .backing_file = hostile,
                .backing_devices = {{254, 1}},
                .diskseq = 3,
                .size_bytes = UINT64_MAX,
                .read_only = true,
                .removable = true,
                .swap = true}};
  s.directories = {{.service = "mysql",
                    .path = hostile,
                    .mnt_ns = 1,
                    .mount_id = 27,
                    .st_dev = 1,
                    .inode = 2,
                    .device = DeviceNumber{254, 1},
                    .markers = {"ibdata1"},
                    .newest_mtime_s = -1,
                    .uses = {{812, "lock", hostile}}}};
  s.listeners = {{.pid = 812, .service = "mysql", .port = 65535, .established = 2, .peers = {"10.0.0.7:51234"}}};
  RoleFact role;
  role.pid = 812;
  role.service = "mysql";
  role.role = Role::relay;
  role.why_unknown = "x";
  role.version = "10.11";
  role.identity = "uuid";
  role.replicas = 2U;
  role.read_only = Unknown{"not asked"};
  role.source = "db2:3306";
  role.replication = "running";
  s.roles = {role};
  s.inspectors = {{.name = "storage", .health = Health::degraded, .problems = {hostile}, .duration_us = 1234}};
  return s;
}

template <typename T>
T through_cbor(const T& value) {
  return json::from_cbor(json::to_cbor(json(value))).template get<T>();
}

}  // namespace

TEST_CASE("a filled snapshot goes through CBOR unharmed, bytes that are no UTF-8 too") {
  const Snapshot before = filled();
  const Snapshot after = through_cbor(before);
  // JSON values compare their strings byte for byte.
  CHECK(json(after) == json(before));
  CHECK(after.processes.at(0).comm == hostile);
  CHECK(after.processes.at(0).ppid == 1);
  CHECK(after.processes.at(0).args == std::vector<std::string>{"mariadbd", "", hostile});
  CHECK(after.processes.at(0).socket_inodes.at(1) == UINT64_MAX);
  CHECK(after.open_files.at(0).device.value() == DeviceNumber{254, 1});
  CHECK(after.open_files.at(1).device.why() == "detached: " + hostile);
  CHECK(after.open_files.at(1).mount_id == -1);
  CHECK(after.filesystems.at(1).has_content.value() == false);
  CHECK(after.filesystems.at(2).has_content.why() == "EIO");
  CHECK(after.boot.state.value() == "running");
  CHECK(after.roles.at(0).role == Role::relay);
  CHECK(after.roles.at(0).replicas.value() == 2);
  CHECK(after.inspectors.at(0).health == Health::degraded);
  CHECK(after.busy_directories_complete);
  CHECK(after.generation == UINT64_MAX);
}

TEST_CASE("every member of a filled snapshot is written") {
  const json whole = filled();
  for (const char* list : {"processes", "open_files", "open_devices", "busy_directories", "mounts", "filesystems",
                           "devices", "directories", "listeners", "roles", "inspectors", "host", "boot"}) {
    INFO(list);
    CHECK(whole.contains(list));
  }
  CHECK(whole.at("processes").at(0).size() == 17);
  CHECK(whole.at("devices").at(0).size() == 12);
}

TEST_CASE("what has its default is left out and comes back") {
  CHECK(json(DirectoryUse{}).dump() == "{}");
  CHECK(json(OpenFileFact{}).contains("mount_id") == false);
  CHECK(through_cbor(OpenFileFact{}).mount_id == -1);
  CHECK(through_cbor(OpenFileFact{}).device.why() == "not looked at");
  OpenFileFact zero;
  zero.mount_id = 0;
  CHECK(through_cbor(zero).mount_id == 0);
  CHECK(through_cbor(InspectorReport{}).health == Health::failed);
}

TEST_CASE("a recognition goes through CBOR unharmed") {
  const Recognition recognition{.service = "x",
                                .executables = {"x"},
                                .argument_contains = {"main"},
                                .datadir_arguments = {"-D"},
                                .directories = {"/x"},
                                .config_files = {"/etc/x"},
                                .config_keys = {"dir"},
                                .markers = {{"a", "b/"}, {"c"}},
                                .data_files = {"*.xxx"},
                                .ports = {1, 65535},
                                .role_probe = "mysql"};
  CHECK(through_cbor(recognition) == recognition);
}

TEST_CASE("an element of a list is reset, not laid over what stood there") {
  ListenerFact listener{.pid = 1, .service = "x", .port = 5, .established = 9, .peers = {"p"}};
  json::parse(R"({"pid": 2})").get_to(listener);
  CHECK(listener.pid == 2);
  CHECK(listener.established == 0);
  CHECK(listener.peers.empty());
}

TEST_CASE("unknown members are ignored, wrong types are not") {
  CHECK(json::parse(R"({"major": 8, "later": []})").get<DeviceNumber>() == DeviceNumber{8, 0});
  for (const char* wrong :
       {R"([])", R"(null)", R"({"major": "8"})", R"({"major": 1.5})", R"({"major": null})", R"({"major": true})"}) {
    INFO(wrong);
    CHECK_THROWS_AS(json::parse(wrong).get<DeviceNumber>(), json::exception);
  }
  CHECK_THROWS_AS(json::parse(R"({"health": "fine"})").get<InspectorReport>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"health": 0})").get<InspectorReport>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"role": "master"})").get<RoleFact>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"problems": "x"})").get<InspectorReport>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"problems": {"a": "x"}})").get<InspectorReport>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"problems": [1]})").get<InspectorReport>(), json::exception);
}

TEST_CASE("a number that the member can't hold is an error on both sides") {
  CHECK(json::parse(R"({"port": 65535})").get<ListenerFact>().port == 65535);
  CHECK_THROWS_AS(json::parse(R"({"port": 65536})").get<ListenerFact>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"port": -1})").get<ListenerFact>(), json::exception);
  CHECK(json::parse(R"({"pid": 2147483647})").get<ListenerFact>().pid == INT32_MAX);
  CHECK_THROWS_AS(json::parse(R"({"pid": 2147483648})").get<ListenerFact>(), json::exception);
  CHECK(json::parse(R"({"pid": -2147483648})").get<ListenerFact>().pid == INT32_MIN);
  CHECK_THROWS_AS(json::parse(R"({"pid": -2147483649})").get<ListenerFact>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"socket_inodes": [-1]})").get<ProcessFact>(), json::exception);
}

TEST_CASE("a tri-state is exactly one of its two") {
  const auto content = [](const char* text) { return json::parse(text).get<FilesystemFact>().has_content; };
  CHECK(content(R"({"has_content": {"value": false}})").value() == false);
  CHECK(content(R"({"has_content": {"unknown": "EACCES"}})").why() == "EACCES");
  for (const char* wrong : {R"({"has_content": true})", R"({"has_content": {}})", R"({"has_content": null})",
                            R"({"has_content": {"value": true, "unknown": "x"}})", R"({"has_content": {"value": 1}})",
                            R"({"has_content": {"unknown": 1}})"}) {
    INFO(wrong);
    CHECK_THROWS_AS(content(wrong), json::exception);
  }
}
