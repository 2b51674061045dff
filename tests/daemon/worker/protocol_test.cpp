// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/protocol.hpp"

#include <catch2/catch.hpp>

#include "daemon/worker/sight.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

ProcessFact server() {
  ProcessFact process;
  process.pid = 812;
  process.start_ticks = 99;
  process.comm = "mariadbd\n\xff";
  process.service = "mysql";
  process.socket_inodes = {1, 2};
  return process;
}

/// Through CBOR, as between guardd and a worker.
template <typename T>
T through(const T& value) {
  return json::from_cbor(json::to_cbor(json(value))).template get<T>();
}

}  // namespace

TEST_CASE("inputs and outputs go through the pipe unharmed") {
  ProcessesOutput processes;
  processes.processes = {server()};
  processes.busy_directories_complete = false;
  processes.mount_namespaces = {{4026531841, 1}};
  processes.scan = {"readlink", "locked down"};
  processes.reports = {{"processes", Health::degraded, {"why"}, 12}};
  const ProcessesOutput same = through(processes);
  REQUIRE(same.processes.size() == 1);
  CHECK(same.processes[0].comm == "mariadbd\n\xff");
  CHECK(same.processes[0].socket_inodes == std::vector<std::uint64_t>{1, 2});
  CHECK_FALSE(same.busy_directories_complete);
  CHECK(same.mount_namespaces.at(0).inode == 4026531841);
  CHECK(same.reports.at(0).health == Health::degraded);
  CHECK(same.scan.method == "readlink");
  CHECK(same.scan.why_not == "locked down");

  DataInput data;
  data.processes = {server()};
  data.known_paths = {"/data/\xfe"};
  data.deadline_ms = 77;
  CHECK(through(data).known_paths == data.known_paths);
  CHECK(through(data).deadline_ms == 77);

  RoleInput role{server(), "mysql", "/etc/guardd/my.cnf", 300};
  CHECK(through(role).process.pid == 812);
  CHECK(through(role).credentials_file == "/etc/guardd/my.cnf");
  CHECK(through(role).deadline_ms == 300);

  BootOutput boot;
  boot.host.hostname = "db1";
  boot.boot.missing = {{"/dev/sdb1", "/data", "/etc/fstab", {}}};
  CHECK(through(boot).boot.missing.at(0).where == "/data");
  CHECK_FALSE(through(boot).boot.state.known());
}

TEST_CASE("a wrong type is an error, not a default") {
  CHECK_THROWS_AS(json({{"processes", 3}}).get<ProcessesOutput>(), json::exception);
  CHECK_THROWS_AS(json({{"host_mnt_ns", "x"}}).get<StorageOutput>(), json::exception);
  CHECK_THROWS_AS(json::array().get<DataOutput>(), json::exception);
}

TEST_CASE("what can't be seen fails every report of the worker") {
  std::vector<InspectorReport> reports{{"processes", Health::ok, {}, 1},
                                       {"open_files", Health::degraded, {"one fd"}, 1}};
  add_sight_problems(reports, {});
  CHECK(reports[0].health == Health::ok);
  add_sight_problems(reports, {"another mount namespace"});
  CHECK(reports[0].health == Health::failed);
  CHECK(reports[0].problems == std::vector<std::string>{"another mount namespace"});
  CHECK(reports[1].health == Health::failed);
  CHECK(reports[1].problems == std::vector<std::string>{"another mount namespace", "one fd"});
  add_sight_problems(reports, std::vector<std::string>(20, "x"));
  CHECK(reports[0].problems.size() == 16);
}
