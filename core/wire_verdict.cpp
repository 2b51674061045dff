// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "core/wire.hpp"

namespace guardd {
namespace {

using nlohmann::json;

/// What a code means, for a caller who may not see what it is about. Every code of docs/reasons.md.
constexpr std::array<std::pair<std::string_view, std::string_view>, 24> generic_messages{{
    {"dataset.active", "this host has data in use"},
    {"dataset.at_rest", "this host has data at rest that nobody has released"},
    {"dataset.remembered", "this host had data that guardd can't see now"},
    {"dataset.ambiguous", "this host has data that can't be told from a copy"},
    {"role.primary", "a server on this host takes the writes of others"},
    {"role.unknown", "a server's role on this host is not known"},
    {"replicas.attached", "a server on this host has replicas attached"},
    {"clients.connected", "a server on this host has clients connected"},
    {"device.in_use", "the target is in use"},
    {"device.unrecognised", "this host has a device that is no known part of the system"},
    {"mount.unrecognised", "this host has a filesystem that is no known part of the system"},
    {"mount.missing", "a filesystem of this host is not mounted"},
    {"path.protected", "policy protects a path on this host"},
    {"hold.active", "an operator holds this host"},
    {"permit.conflict", "another operation has a permit"},
    {"operation.interrupted", "an earlier operation did not end"},
    {"host.mismatch", "this is not the expected host"},
    {"host.starting", "this host has not finished booting"},
    {"quorum.denied", "the fleet allows no more hosts at once"},
    {"inspector.failed", "an inspector could not see everything"},
    {"snapshot.stale", "the last look at this host is too old to be trusted"},
    {"target.untraceable", "the target could not be traced"},
    {"ledger.failed", "the ledger could not be read or written"},
    {"ledger.lost", "the ledger is gone or older than it was"},
}};

std::string generic_message(std::string_view code) {
  for (const auto& [known, message] : generic_messages) {
    if (known == code) return std::string(message);
  }
  return "refused";
}

void put_text(json& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = printable(text);
}

json evidence_json(const std::vector<Evidence>& evidence) {
  json out = json::array();
  for (const Evidence& one : evidence) {
    json item{{"inspector", printable(one.inspector)}};
    if (one.pid) item["pid"] = *one.pid;
    put_text(item, "exe", one.exe);
    put_text(item, "file", one.file);
    put_text(item, "detail", one.detail);
    out.push_back(std::move(item));
  }
  return out;
}

json reason_json(const Reason& reason, Detail detail) {
  json out{{"code", reason.code}, {"rule", reason.rule}};
  if (reason.dataset) out["dataset"] = to_json(*reason.dataset, detail);
  if (detail == Detail::full) {
    out["message"] = printable(reason.message);
    out["remedy"] = printable(reason.remedy);
    out["evidence"] = evidence_json(reason.evidence);
  } else {
    out["message"] = generic_message(reason.code);
    out["evidence"] = json::array();
    out["remedy"] = "ask as root, or as a member of the operators' group, to see what it is about";
  }
  return out;
}

/// In a summary equal entries become one: how many datasets there are is somebody's own too.
void push_once(json& list, json item, Detail detail) {
  if (detail == Detail::full || std::ranges::find(list, item) == list.end()) list.push_back(std::move(item));
}

json reasons_json(const Verdict& verdict, Detail detail) {
  json out = json::array();
  for (const Reason& reason : verdict.reasons) push_once(out, reason_json(reason, detail), detail);
  return out;
}

json lifted_json(const Verdict& verdict, Detail detail) {
  json out = json::array();
  for (const Lifted& lifted : verdict.lifted) {
    json item = reason_json(lifted.reason, detail);
    item["by"] = detail == Detail::full ? printable(lifted.by) : "a policy exception";
    push_once(out, std::move(item), detail);
  }
  return out;
}

}  // namespace

json to_json(const Dataset& dataset, Detail detail) {
  json out{{"service", printable(dataset.service)}};
  if (detail == Detail::summary) return out;
  out["id"] = printable(dataset.id);
  out["role"] = to_string(dataset.role);
  put_text(out, "role_detail", dataset.role_detail);
  out["path"] = printable(dataset.path);
  out["state"] = to_string(dataset.state);
  out["memory"] = dataset.memory;
  out["traceable"] = dataset.traceable;
  out["devices"] = json::array();
  for (const std::string& device : dataset.devices) out["devices"].push_back(printable(device));
  out["pids"] = dataset.pids;
  return out;
}

json to_json(const InspectorReport& report, Detail detail) {
  constexpr std::array<std::string_view, 3> names{"ok", "degraded", "failed"};
  json out{{"name", printable(report.name)}, {"health", names.at(static_cast<std::size_t>(report.health))}};
  if (detail == Detail::summary) return out;
  out["duration_us"] = report.duration_us;
  out["problems"] = json::array();
  for (const std::string& problem : report.problems) out["problems"].push_back(printable(problem));
  return out;
}

json to_json(const Verdict& verdict, Detail detail) {
  json out{{"operation", to_string(verdict.request.operation)},
           {"scope", verdict.request.whole_host ? "host" : "targets"},
           {"verdict", to_string(verdict.outcome)},
           {"reasons", reasons_json(verdict, detail)},
           {"lifted", lifted_json(verdict, detail)},
           {"instance", verdict.instance}};
  // As they came: the client compares them, byte for byte, with what it asked about.
  out["targets"] = json::array();
  for (const Target& target : verdict.request.targets) out["targets"].push_back(target.path);
  out["host"] = {{"hostname", printable(verdict.host.hostname)},
                 {"machine_id", printable(verdict.host.machine_id)},
                 {"boot_id", printable(verdict.host.boot_id)}};
  json inspectors = json::array();
  for (const InspectorReport& report : verdict.inspectors) inspectors.push_back(to_json(report, detail));
  out["snapshot"] = {{"generation", verdict.snapshot_generation},
                     {"age_ms", verdict.snapshot_age_ms},
                     {"inspectors", std::move(inspectors)}};
  out["policy"] = {{"generation", verdict.policy_generation}, {"digest", verdict.policy_digest}};
  return out;
}

}  // namespace guardd
