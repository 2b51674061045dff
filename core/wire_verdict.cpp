// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/text.hpp"
#include "core/wire.hpp"

namespace guardd {
namespace {

using nlohmann::json;

std::string_view to_string(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::degraded:
      return "degraded";
    case Health::failed:
      break;
  }
  return "failed";
}

json text_list(const std::vector<std::string>& texts) {
  json out = json::array();
  for (const std::string& text : texts) out.push_back(printable(text));
  return out;
}

json to_json(const Evidence& evidence) {
  json out{{"inspector", evidence.inspector}};
  if (evidence.pid) out["pid"] = *evidence.pid;
  if (!evidence.exe.empty()) out["exe"] = printable(evidence.exe);
  if (!evidence.file.empty()) out["file"] = printable(evidence.file);
  if (!evidence.detail.empty()) out["detail"] = printable(evidence.detail);
  return out;
}

/// What everybody may read: which code and service, and nothing that tells of another user's files and programs.
std::string summary_message(const Reason& reason) {
  const std::string about = reason.dataset ? reason.dataset->service + " data" : "this host";
  return "guardd says " + reason.code + " for " + about + "; root and the operators' group can see the details";
}

json to_json(const Reason& reason, Detail detail) {
  const bool full = detail == Detail::full;
  json out{{"code", reason.code},
           {"rule", reason.rule},
           {"message", full ? printable(reason.message) : summary_message(reason)},
           {"remedy", printable(reason.remedy)}};
  if (reason.dataset) out["dataset"] = to_json(*reason.dataset, detail);
  out["evidence"] = json::array();
  if (full) {
    for (const Evidence& evidence : reason.evidence) out["evidence"].push_back(to_json(evidence));
  }
  return out;
}

json to_json(const Lifted& lifted, Detail detail) {
  json out = to_json(lifted.reason, detail);
  out["by"] = detail == Detail::full ? printable(lifted.by) : "policy exception";
  return out;
}

}  // namespace

json to_json(const InspectorReport& report, Detail detail) {
  json out{{"name", report.name}, {"health", to_string(report.health)}};
  if (detail == Detail::full && !report.problems.empty()) out["problems"] = text_list(report.problems);
  return out;
}

json to_json(const Dataset& dataset, Detail detail) {
  if (detail == Detail::summary) return {{"service", dataset.service}};
  return {{"id", printable(dataset.id)},
          {"service", dataset.service},
          {"role", guardd::to_string(dataset.role)},
          {"role_detail", printable(dataset.role_detail)},
          {"path", printable(dataset.path)},
          {"devices", text_list(dataset.devices)},
          {"traceable", dataset.traceable},
          {"state", guardd::to_string(dataset.state)},
          {"memory", dataset.memory},
          {"pids", dataset.pids}};
}

json to_json(const Verdict& verdict, Detail detail) {
  json targets = json::array();
  for (const Target& target : verdict.request.targets) targets.push_back(target.path);
  json reasons = json::array();
  for (const Reason& reason : verdict.reasons) reasons.push_back(to_json(reason, detail));
  json lifted = json::array();
  for (const Lifted& one : verdict.lifted) lifted.push_back(to_json(one, detail));
  json inspectors = json::array();
  for (const InspectorReport& report : verdict.inspectors) inspectors.push_back(to_json(report, detail));
  const HostFact& host = verdict.host;
  return {{"operation", guardd::to_string(verdict.request.operation)},
          {"scope", verdict.request.whole_host ? "host" : "targets"},
          {"targets", std::move(targets)},
          {"verdict", guardd::to_string(verdict.outcome)},
          {"reasons", std::move(reasons)},
          {"lifted", std::move(lifted)},
          {"host",
           {{"hostname", printable(host.hostname)},
            {"machine_id", printable(host.machine_id)},
            {"boot_id", printable(host.boot_id)}}},
          {"instance", verdict.instance},
          {"snapshot",
           {{"generation", verdict.snapshot_generation},
            {"age_ms", verdict.snapshot_age_ms},
            {"inspectors", std::move(inspectors)}}},
          {"policy", {{"generation", verdict.policy_generation}, {"digest", verdict.policy_digest}}}};
}

json error_json(std::string_view code, std::string_view message) {
  return {{"error", {{"code", code}, {"message", printable(message)}}}};
}

}  // namespace guardd
