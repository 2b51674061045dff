// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/look.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "daemon/worker/ask.hpp"
#include "daemon/worker/gather.hpp"
#include "daemon/worker/protocol.hpp"
#include "daemon/worker/role_plan.hpp"
#include "os/clock.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// Of the reports that one worker makes. They outlive the coroutines that hold a span of them.
using Names = std::span<const std::string_view>;
constexpr std::array<std::string_view, 2> process_reports{"processes", "open_files"};
constexpr std::array<std::string_view, 1> boot_reports{"boot"};
constexpr std::array<std::string_view, 1> storage_reports{"storage"};
constexpr std::array<std::string_view, 1> signature_reports{"signatures"};
constexpr std::array<std::string_view, 1> data_reports{"data_directories"};
constexpr std::array<std::string_view, 1> memory_reports{"memory"};
constexpr std::array<std::string_view, 1> client_reports{"clients"};

InspectorReport failed_report(std::string_view name, const std::string& why) {
  return {.name = std::string(name), .health = Health::failed, .problems = {why}};
}

/// The one report in a name: what the worker said under it, the worst health of several; failed where it said nothing.
InspectorReport merged_report(const std::vector<InspectorReport>& reports, std::string_view name) {
  std::optional<InspectorReport> merged;
  for (const InspectorReport& report : reports) {
    if (report.name != name) continue;
    if (!merged) {
      merged = report;
      continue;
    }
    merged->health = std::max(merged->health, report.health);
    merged->problems.insert(merged->problems.end(), report.problems.begin(), report.problems.end());
  }
  return merged ? *std::move(merged) : failed_report(name, "it made no report");
}

/// Every inspector that the worker stands for has exactly one report, whatever the worker said.
std::vector<InspectorReport> complete_reports(const std::vector<InspectorReport>& reports, Names names,
                                              std::int64_t duration_us) {
  std::vector<InspectorReport> complete;
  for (const std::string_view name : names) {
    complete.push_back(merged_report(reports, name));
    if (complete.back().duration_us == 0) complete.back().duration_us = duration_us;
  }
  return complete;
}

/// Runs one inspector; on any failure the output is empty but for failed reports in each of its names.
template <typename Output>
asio::awaitable<void> inspect(WorkerRunner& workers, std::string inspector, nlohmann::json input, milliseconds deadline,
                              Names names, Output& output) {
  const std::int64_t began = monotonic_now_us();
  // NOLINTNEXTLINE(bugprone-use-after-move): clang-tidy 14 sees a co_await's operand twice
  Result<Output> answer = co_await ask<Output>(workers, std::move(inspector), std::move(input), deadline);
  if (answer) {
    output = std::move(*answer);
  } else {
    output = Output{};
    for (const std::string_view name : names) output.reports.push_back(failed_report(name, answer.error().message));
  }
  output.reports = complete_reports(output.reports, names, monotonic_now_us() - began);
}

/// Where nothing is remembered, nothing need be looked for.
asio::awaitable<void> look_for_remembered(WorkerRunner& workers, const LookOrder& order,
                                          std::vector<NamespaceSample> mount_namespaces, MemoryOutput& output) {
  if (order.remembered.empty()) {
    output.reports.push_back({.name = "memory", .health = Health::ok, .problems = {}, .duration_us = 0});
    co_return;
  }
  nlohmann::json input(MemoryInput{.datasets = order.remembered,
                                   .mount_namespaces = std::move(mount_namespaces),
                                   .deadline_ms = order.deadlines.memory.count()});
  co_await inspect(workers, "memory", std::move(input), order.deadlines.memory + order.deadlines.late, memory_reports,
                   output);
}

/// Where those lay that the host's own namespace has a name for.
std::vector<std::string> paths_of(const std::vector<RememberedDataset>& remembered) {
  std::vector<std::string> paths;
  for (const RememberedDataset& dataset : remembered) {
    if (dataset.path.starts_with('/')) paths.push_back(dataset.path);
  }
  return paths;
}

asio::awaitable<void> ask_role(WorkerRunner& workers, RoleInput input, milliseconds deadline, RoleFact& fact) {
  nlohmann::json question(input);
  Result<RoleFact> answer = co_await ask<RoleFact>(workers, "role", std::move(question), deadline);
  if (answer) {
    fact = std::move(*answer);
  } else {
    fact.why_unknown = "the probe: " + answer.error().message;
    fact.silent = answer.error().code == "late";
  }
  if (fact.role == Role::unknown && fact.why_unknown.empty()) fact.why_unknown = "the probe gave no reason";
  // Whom the answer is about is what was asked, not what the probe says.
  fact.pid = input.process.pid;
  fact.service = input.process.service;
}

asio::awaitable<void> ask_roles(WorkerRunner& workers, const LookOrder& order, Snapshot& snapshot) {
  const std::int64_t began = monotonic_now_us();
  RolePlan plan = plan_roles(snapshot, order.recognitions);
  std::vector<RoleFact> facts(plan.ask.size());
  std::vector<asio::awaitable<void>> probes;
  for (std::size_t i = 0; i < plan.ask.size(); ++i) {
    plan.ask[i].credentials_file = order.credentials_file;
    plan.ask[i].deadline_ms = order.deadlines.role.count();
    probes.push_back(ask_role(workers, std::move(plan.ask[i]), order.deadlines.role + order.deadlines.late, facts[i]));
  }
  co_await gather(std::move(probes));
  snapshot.roles = std::move(facts);
  std::move(plan.not_asked.begin(), plan.not_asked.end(), std::back_inserter(snapshot.roles));
  // A server that could not be asked is a fact about that server, and no failure to look.
  snapshot.inspectors.push_back(
      {.name = "roles", .health = Health::ok, .problems = {}, .duration_us = monotonic_now_us() - began});
}

void add_reports(Snapshot& snapshot, const std::vector<InspectorReport>& reports) {
  snapshot.inspectors.insert(snapshot.inspectors.end(), reports.begin(), reports.end());
}

void add_partitions(std::vector<BlockDeviceFact>& devices, const std::vector<PartitionFact>& partitions) {
  std::map<DeviceNumber, const PartitionFact*> by_number;
  for (const PartitionFact& partition : partitions) by_number[partition.device] = &partition;
  for (BlockDeviceFact& device : devices) {
    const auto found = by_number.find(device.device);
    if (found == by_number.end() || device.parent.empty()) continue;
    device.part_uuid = found->second->uuid;
    device.part_type = found->second->type;
  }
}

std::vector<ProcessFact> with_service(const std::vector<ProcessFact>& processes) {
  std::vector<ProcessFact> chosen;
  std::copy_if(processes.begin(), processes.end(), std::back_inserter(chosen),
               [](const ProcessFact& process) { return !process.service.empty(); });
  return chosen;
}

}  // namespace

milliseconds Deadlines::longest_look() const {
  return std::max(processes, boot) + late + std::max({storage, signatures, data, memory, clients, role}) + late;
}

asio::awaitable<Snapshot> take_look(WorkerRunner& workers, LookOrder order) {
  const Deadlines& deadlines = order.deadlines;
  const std::int64_t began_us = monotonic_now_us();
  Snapshot snapshot;
  snapshot.generation = order.generation;
  snapshot.began_boot_ms = order.began_boot_ms;
  snapshot.began_wall_s = order.began_wall_s;

  ProcessesOutput processes;
  BootOutput boot;
  std::vector<asio::awaitable<void>> first;
  first.push_back(inspect(workers, "processes",
                          nlohmann::json(ProcessesInput{.recognitions = order.recognitions,
                                                        .deadline_ms = deadlines.processes.count(),
                                                        .readlink_only = order.readlink_only}),
                          deadlines.processes + deadlines.late, process_reports, processes));
  first.push_back(
      inspect(workers, "boot", nlohmann::json::object(), deadlines.boot + deadlines.late, boot_reports, boot));
  co_await gather(std::move(first));

  snapshot.host = std::move(boot.host);
  snapshot.boot = std::move(boot.boot);
  snapshot.processes = std::move(processes.processes);
  snapshot.open_files = std::move(processes.open_files);
  snapshot.open_devices = std::move(processes.open_devices);
  snapshot.busy_directories = std::move(processes.busy_directories);
  snapshot.busy_directories_complete = processes.busy_directories_complete;
  snapshot.scan = std::move(processes.scan);
  // Without a walk over processes PID 1's mounts are still to be looked at.
  if (processes.mount_namespaces.empty()) processes.mount_namespaces.push_back({.inode = 0, .pid = 1});

  // What the first stage did not need of its time: after a reboot, or while a disk is busy, the search needs it.
  const milliseconds first_stage = std::max(deadlines.processes, deadlines.boot) + deadlines.late;
  const milliseconds spent{(monotonic_now_us() - began_us) / 1000};
  const milliseconds data_time = deadlines.data + std::max(first_stage - spent, milliseconds{0});

  StorageOutput storage;
  SignaturesOutput signatures;
  DataOutput data;
  MemoryOutput memory;
  ClientsOutput clients;
  std::vector<asio::awaitable<void>> second;
  second.push_back(inspect(workers, "storage", nlohmann::json(StorageInput{processes.mount_namespaces}),
                           deadlines.storage + deadlines.late, storage_reports, storage));
  second.push_back(inspect(workers, "signatures", nlohmann::json(SignaturesInput{deadlines.signatures.count()}),
                           deadlines.signatures + deadlines.late, signature_reports, signatures));
  second.push_back(inspect(workers, "data",
                           nlohmann::json(DataInput{.recognitions = order.recognitions,
                                                    .mount_namespaces = processes.mount_namespaces,
                                                    .processes = snapshot.processes,
                                                    .open_files = snapshot.open_files,
                                                    .busy_directories = snapshot.busy_directories,
                                                    .known_paths = paths_of(order.remembered),
                                                    .deadline_ms = data_time.count()}),
                           data_time + deadlines.late, data_reports, data));
  second.push_back(look_for_remembered(workers, order, processes.mount_namespaces, memory));
  second.push_back(inspect(workers, "clients", nlohmann::json(ClientsInput{with_service(snapshot.processes)}),
                           deadlines.clients + deadlines.late, client_reports, clients));
  second.push_back(ask_roles(workers, order, snapshot));
  co_await gather(std::move(second));

  snapshot.host_mnt_ns = storage.host_mnt_ns;
  snapshot.mounts = std::move(storage.mounts);
  snapshot.devices = std::move(storage.devices);
  add_partitions(snapshot.devices, signatures.partitions);
  snapshot.signatures = std::move(signatures.signatures);
  snapshot.directories = std::move(data.directories);
  snapshot.filesystems = std::move(data.filesystems);
  snapshot.memories = std::move(memory.facts);
  snapshot.listeners = std::move(clients.listeners);
  for (const auto* reports : {&processes.reports, &boot.reports, &storage.reports, &signatures.reports, &data.reports,
                              &memory.reports, &clients.reports}) {
    add_reports(snapshot, *reports);
  }
  co_return snapshot;
}

}  // namespace guardd
