// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/unvouched.hpp"
#include "core/glob.hpp"

namespace guardd::decide_detail {
namespace {

constexpr std::string_view by_hand =
    "mount it where guardd can see it; or, when it is needed no more: guardctl release add ";

bool is_system(const Weighing& weighing, const BlockDeviceFact& device, const Signature& signature) {
  return std::ranges::any_of(weighing.policy.system_devices, [&](const SystemDevice& known) {
    return (known.type.empty() || known.type == signature.type) &&
           (known.label.empty() || known.label == signature.label) &&
           (known.part_type.empty() || known.part_type == device.part_type) &&
           (known.name.empty() || glob_match(known.name, device.name));
  });
}

std::string signature_text(const Signature& signature) {
  std::string text = signature.type;
  if (!signature.label.empty()) text += ", label " + signature.label;
  if (!signature.uuid.empty()) text += ", UUID " + signature.uuid;
  return text;
}

void refuse(Weighing& weighing, const BlockDeviceFact& device, std::string message, std::string detail) {
  Reason reason;
  reason.message = std::move(message);
  reason.remedy = std::string(by_hand) + "/dev/" + device.name +
                  " --reason TEXT; or, when it is a part of the system, list it in system_devices of a policy in "
                  "/etc/guardd/policies";
  reason.evidence.push_back(
      {.inspector = "signatures", .pid = {}, .exe = {}, .file = "/dev/" + device.name, .detail = std::move(detail)});
  weighing.refuse_by_rule("device.unrecognised", "", reason);
}

/// Where not, weigh_inspectors has said so, once for all devices.
bool looked(const Weighing& weighing) {
  const auto& reports = weighing.snapshot.inspectors;
  const auto report = std::ranges::find(reports, "signatures", &InspectorReport::name);
  return !weighing.policy.required_inspectors.contains("signatures") ||
         (report != reports.end() && report->health == Health::ok);
}

void weigh_content(Weighing& weighing, const Unvouched& devices, const BlockDeviceFact& device) {
  const std::string node = "/dev/" + device.name;
  const auto facts = devices.signatures(device);
  std::vector<std::string> unknowns;
  if (facts.empty() && device.size_bytes > 0 && looked(weighing)) unknowns.emplace_back("it was not looked into");
  for (const SignatureFact* fact : facts) {
    if (!fact->signature.known()) {
      unknowns.push_back(fact->signature.why());
      continue;
    }
    const Signature& found = fact->signature.value();
    if (found.type.empty() || is_system(weighing, device, found) || devices.is_in_mounted_pool(found)) continue;
    refuse(weighing, device,
           node + " carries " + signature_text(found) + ", is mounted nowhere and is no known part of the system",
           signature_text(found));
  }
  if (is_system(weighing, device, {})) return;  // by its name or partition type alone
  for (const std::string& why : unknowns) {
    std::string message = "what " + node;
    message += " carries is not known: " + why;
    Reason reason =
        unknown("inspector.failed", std::move(message), "ask again; if it stays, repair or detach the device");
    reason.evidence.push_back({.inspector = "signatures", .pid = {}, .exe = {}, .file = node, .detail = why});
    weighing.add(std::move(reason));
  }
}

}  // namespace

void weigh_devices(Weighing& weighing) {
  if (!weighing.has_rule("device.unrecognised")) return;
  const Unvouched devices(weighing);
  for (const BlockDeviceFact& device : weighing.graph.devices()) {
    const bool is_exported = !device.exported_by.empty();
    if (!is_exported && !devices.is_unvouched(device)) continue;
    const StorageGraph::Ancestry under = weighing.graph.ancestors(device.device);
    std::vector<FsLocation> locations;
    if (is_exported) locations.push_back({device.device, "", "/"});
    if (!touches(weighing, under.devices, locations, under.traceable)) continue;
    for (const std::string& exporter : device.exported_by) {
      refuse(weighing, device, "/dev/" + device.name + " is given to other machines: exported by " + exporter,
             "exported by " + exporter);
    }
    if (devices.is_unvouched(device)) weigh_content(weighing, devices, device);
  }
}

}  // namespace guardd::decide_detail
