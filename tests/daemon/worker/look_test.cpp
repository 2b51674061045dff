// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/look.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "fake_runner.hpp"
#include "run_on.hpp"

using namespace guardd;
using namespace guardd::test;
using nlohmann::json;

namespace {

struct Fixture {
  asio::io_context loop;
  FakeRunner runner{loop.get_executor()};

  static LookOrder order() {
    LookOrder order;
    order.generation = 7;
    order.began_boot_ms = 1000;
    order.began_wall_s = 2000;
    Recognition mysql;
    mysql.service = "mysql";
    mysql.role_probe = "mysql";
    order.recognitions = {mysql};
    order.remembered.push_back({.id = "mysql-1", .path = "/old"});
    order.credentials_file = "/etc/my.cnf";
    return order;
  }
  Snapshot look() { return run_on(loop, take_look(runner, order())); }
};

ProcessFact server(std::int32_t pid) {
  ProcessFact process;
  process.pid = pid;
  process.service = "mysql";
  process.matched_by = "executable";
  return process;
}

json processes(const std::vector<ProcessFact>& found) {
  json output = FakeRunner::report({"processes", "open_files"});
  output["processes"] = found;
  output["mount_namespaces"] = json::array({NamespaceSample{55, 1}});
  return output;
}

InspectorReport report_of(const Snapshot& snapshot, const std::string& name) {
  std::vector<InspectorReport> found;
  std::ranges::copy_if(snapshot.inspectors, std::back_inserter(found),
                       [&](const auto& report) { return report.name == name; });
  REQUIRE(found.size() == 1);
  return found.front();
}

}  // namespace

TEST_CASE_METHOD(Fixture, "how descriptors were learnt of is passed on, and so is which way is wanted") {
  json output = processes({});
  output["scan"] = {{"method", "readlink"}, {"why_not", "locked down"}};
  runner.answer("processes", output);
  LookOrder wanted = order();
  wanted.readlink_only = true;
  const Snapshot snapshot = run_on(loop, take_look(runner, wanted));
  CHECK(snapshot.scan.method == "readlink");
  CHECK(snapshot.scan.why_not == "locked down");
  CHECK(runner.asked_for("processes").at(0).input.at("readlink_only") == true);
}

TEST_CASE_METHOD(Fixture, "a look runs every inspector once and has a report of each") {
  const Snapshot snapshot = look();
  CHECK(snapshot.generation == 7);
  CHECK(snapshot.began_boot_ms == 1000);
  CHECK(snapshot.began_wall_s == 2000);
  for (const char* name : {"processes", "boot", "storage", "signatures", "data", "clients"})
    CHECK(runner.asked_for(name).size() == 1);
  CHECK(runner.asked_for("memory").size() == 1);
  for (const char* name :
       {"processes", "open_files", "boot", "storage", "signatures", "data_directories", "memory", "clients", "roles"}) {
    CHECK(report_of(snapshot, name).health == Health::ok);
  }
  CHECK(snapshot.inspectors.size() == 9);
}

TEST_CASE_METHOD(Fixture, "the second stage gets what the first one found") {
  ProcessFact holder;
  holder.pid = 9;
  runner.answer("processes", processes({server(8), holder}));
  look();
  const json data = runner.asked_for("data").at(0).input;
  CHECK(data.at("processes").size() == 2);
  CHECK(data.at("known_paths") == json{"/old"});
  CHECK(data.at("mount_namespaces").at(0).at("inode") == 55);
  CHECK(runner.asked_for("storage").at(0).input.at("mount_namespaces").at(0).at("inode") == 55);
  const json clients = runner.asked_for("clients").at(0).input;
  REQUIRE(clients.at("processes").size() == 1);
  CHECK(clients.at("processes").at(0).at("pid") == 8);
  const auto roles = runner.asked_for("role");
  REQUIRE(roles.size() == 1);
  CHECK(roles.at(0).input.at("credentials_file") == "/etc/my.cnf");
  CHECK(roles.at(0).input.at("probe") == "mysql");
}

TEST_CASE_METHOD(Fixture, "an inspector that fails is a failed report in each of its names, and the rest goes on") {
  runner.fail("processes", "worker ended by SIGKILL");
  const Snapshot snapshot = look();
  CHECK(report_of(snapshot, "processes").health == Health::failed);
  CHECK(report_of(snapshot, "processes").problems == std::vector<std::string>{"worker ended by SIGKILL"});
  CHECK(report_of(snapshot, "open_files").health == Health::failed);
  CHECK(report_of(snapshot, "data_directories").health == Health::ok);
  // PID 1's mounts are looked at all the same.
  CHECK(runner.asked_for("storage").at(0).input.at("mount_namespaces").at(0).at("pid") == 1);
}

TEST_CASE_METHOD(Fixture, "what the partition table says becomes part of the device, and of partitions only") {
  json storage = FakeRunner::report({"storage"});
  storage["devices"] = {{{"name", "sda"}, {"device", DeviceNumber{8, 0}}},
                        {{"name", "sda1"}, {"device", DeviceNumber{8, 1}}, {"parent", "sda"}}};
  runner.answer("storage", storage);
  json signatures = FakeRunner::report({"signatures"});
  for (const std::uint32_t minor : {0U, 1U, 2U}) {
    signatures["partitions"].push_back(PartitionFact{.device = {8, minor}, .uuid = "u", .type = "0x83"});
  }
  signatures["signatures"] = json::array({SignatureFact{.device = {8, 1}, .signature = Signature{}}});
  runner.answer("signatures", signatures);
  const Snapshot snapshot = look();
  REQUIRE(snapshot.devices.size() == 2);
  CHECK(snapshot.devices[0].part_type.empty());
  CHECK(snapshot.devices[1].part_type == "0x83");
  CHECK(snapshot.devices[1].part_uuid == "u");
  CHECK(snapshot.signatures.size() == 1);
}

TEST_CASE_METHOD(Fixture, "output of a wrong type is a failure and nothing of it is kept") {
  json output = processes({server(8)});
  output["open_files"] = 3;
  runner.answer("processes", output);
  const Snapshot snapshot = look();
  CHECK(report_of(snapshot, "processes").health == Health::failed);
  CHECK(snapshot.processes.empty());
}

TEST_CASE_METHOD(Fixture, "an output without its report is a failure; a report in another's name does not count") {
  runner.answer("storage", json::object());
  runner.answer("clients", FakeRunner::report({"clients", "storage"}));
  const Snapshot snapshot = look();
  CHECK(report_of(snapshot, "storage").health == Health::failed);
  CHECK(report_of(snapshot, "storage").problems == std::vector<std::string>{"it made no report"});
}

TEST_CASE_METHOD(Fixture, "two reports in one name: the worse one stands in the way, neither is lost") {
  json output = FakeRunner::report({"storage"});
  output["reports"].push_back(InspectorReport{"storage", Health::failed, {"x"}, 1});
  runner.answer("storage", output);
  const Snapshot snapshot = look();
  CHECK(report_of(snapshot, "storage").health == Health::failed);
}

TEST_CASE_METHOD(Fixture, "a probe that fails is an unknown role of that server, and no failed inspector") {
  runner.answer("processes", processes({server(8)}));
  runner.fail("role", "no answer within 1200 ms");
  const Snapshot snapshot = look();
  REQUIRE(snapshot.roles.size() == 1);
  CHECK(snapshot.roles[0].pid == 8);
  CHECK(snapshot.roles[0].service == "mysql");
  CHECK(snapshot.roles[0].role == Role::unknown);
  CHECK(snapshot.roles[0].why_unknown == "the probe: no answer within 1200 ms");
  CHECK(report_of(snapshot, "roles").health == Health::ok);
}

TEST_CASE_METHOD(Fixture, "a probe can't speak for another server, nor be silent about why") {
  runner.answer("processes", processes({server(8)}));
  runner.answer("role", {{"pid", 999}, {"service", "redis"}});
  const Snapshot snapshot = look();
  REQUIRE(snapshot.roles.size() == 1);
  CHECK(snapshot.roles[0].pid == 8);
  CHECK(snapshot.roles[0].service == "mysql");
  CHECK_FALSE(snapshot.roles[0].why_unknown.empty());
}

TEST_CASE("by default a look ends before guardctl gives up") {
  CHECK(Deadlines{}.longest_look() < std::chrono::milliseconds(5000));
}
