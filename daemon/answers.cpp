// SPDX-License-Identifier: Apache-2.0
#include "daemon/answers.hpp"

#include <algorithm>

#include "core/dataset.hpp"
#include "core/facts_json.hpp"
#include "core/text.hpp"
#include "core/wire_hold.hpp"
#include "core/wire_permit.hpp"
#include "core/wire_release.hpp"

namespace guardd {
namespace {

using nlohmann::json;

json rule_json(const Rule& rule) {
  json refuses = json::array();
  for (const Operation operation : rule.refuses) refuses.push_back(to_string(operation));
  return {
      {"id", rule.id}, {"fact", rule.fact}, {"refuses", refuses}, {"services", rule.services}, {"remedy", rule.remedy}};
}

json system_device_json(const SystemDevice& device) {
  return {{"type", device.type}, {"label", device.label}, {"part_type", device.part_type}, {"name", device.name}};
}

json exception_json(const Exception& exception) {
  json out{{"rule", exception.rule},
           {"service", exception.service},
           {"path", exception.path},
           {"reason", exception.reason},
           {"file", exception.file}};
  if (exception.until_s) out["until_s"] = *exception.until_s;
  return out;
}

/// Anybody may know whether guardd is told of changes, and not what a host calls its files.
json event_sources_json(const Snapshot& snapshot, Detail detail) {
  json sources = json::array();
  for (const EventSourceReport& source : snapshot.event_sources) {
    json one{{"name", source.name}, {"health", source.problem.empty() ? "ok" : "failed"}};
    if (detail == Detail::full && !source.problem.empty()) one["problem"] = printable(source.problem);
    sources.push_back(std::move(one));
  }
  return sources;
}

json ledger_problems(const Ledger& ledger, const std::string& problem) {
  json problems = json::array();
  if (!ledger.readable.known()) problems.push_back(printable(ledger.readable.why()));
  if (!ledger.lost.empty()) problems.push_back(printable(ledger.lost));
  if (!problem.empty()) problems.push_back(printable(problem));
  return problems;
}

}  // namespace

CheckRequest whole_host(Operation operation) {
  CheckRequest request;
  request.operation = operation;
  request.whole_host = true;
  return request;
}

Verdict check(const Basis& basis, const CheckRequest& request, const Identity& identity) {
  Verdict verdict = decide(basis.snapshot, basis.policy, basis.ledger, request, basis.now);
  verdict.instance = identity.instance;
  return verdict;
}

json status_json(const Basis& basis, const Problems& problems, const Identity& identity, Detail detail) {
  json verdicts = json::array();
  for (const Operation operation : whole_host_operations) {
    verdicts.push_back(to_json(check(basis, whole_host(operation), identity), detail));
  }
  json datasets = json::array();
  for (const Dataset& dataset : assemble_datasets(basis.snapshot)) datasets.push_back(to_json(dataset, detail));
  const json& first = verdicts.front();
  json out{{"host", first.at("host")},
           {"instance", identity.instance},
           {"version", identity.version},
           {"verdicts", verdicts},
           {"datasets", datasets},
           {"inspectors", first.at("snapshot").at("inspectors")},
           {"event_sources", event_sources_json(basis.snapshot, detail)},
           {"snapshot",
            {{"generation", first.at("snapshot").at("generation")}, {"age_ms", first.at("snapshot").at("age_ms")}}},
           {"policy", first.at("policy")}};
  // A problem quotes files of the site.
  out["policy"]["problems"] = detail == Detail::full || problems.policy.empty()
                                  ? json(problems.policy)
                                  : json::array({"the last reload failed; ask as root for the reason"});
  if (detail == Detail::full) {
    out["scan"] = basis.snapshot.scan;
    out["remembered"] = json::array();
    for (const DatasetMemory& memory : basis.ledger.memories) out["remembered"].push_back(memory_json(memory));
    out["releases"] = releases_json(basis.ledger);
    out["holds"] = holds_json(basis.ledger, basis.now.wall_s);
    out["permits"] = json::array();
    for (const Permit& permit : basis.ledger.permits) {
      if (permit.state != PermitState::ended) out["permits"].push_back(to_json(permit));
    }
    out["ledger"] = {{"problems", ledger_problems(basis.ledger, problems.ledger)}};
  }
  return out;
}

std::string one_line_status(const Basis& basis, const Identity& identity) {
  std::string line;
  for (const Operation operation : whole_host_operations) {
    if (!line.empty()) line += ", ";
    line += std::string(to_string(operation)) + ": ";
    line += to_string(check(basis, whole_host(operation), identity).outcome);
  }
  return line;
}

std::string why_no_reboot(const Basis& basis, const Identity& identity) {
  const Verdict verdict = check(basis, whole_host(Operation::reboot), identity);
  if (verdict.outcome != Outcome::refuse) return "";
  return "guardctl check-reboot: " + printable(verdict.reasons.front().message);
}

json policy_json(const Policy& policy, const std::vector<std::string>& problems) {
  json services = json::array();
  for (const auto& [name, recognition] : policy.services) services.push_back(recognition);
  json rules = json::array();
  for (const auto& [id, rule] : policy.rules) rules.push_back(rule_json(rule));
  json exceptions = json::array();
  for (const Exception& exception : policy.exceptions) exceptions.push_back(exception_json(exception));
  json devices = json::array();
  for (const SystemDevice& device : policy.system_devices) devices.push_back(system_device_json(device));
  return {{"generation", policy.generation},
          {"digest", policy.digest},
          {"problems", problems},
          {"freshness_ms", policy.freshness_ms},
          {"services", services},
          {"rules", rules},
          {"system_mounts", policy.system_mounts},
          {"system_devices", devices},
          {"protected_paths", policy.protected_paths},
          {"required_inspectors", policy.required_inspectors},
          {"exceptions", exceptions}};
}

}  // namespace guardd
