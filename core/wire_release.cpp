// SPDX-License-Identifier: Apache-2.0
#include "core/wire_release.hpp"

#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire.hpp"
#include "core/wire_hold.hpp"
#include "core/wire_targets.hpp"

namespace guardd {

using nlohmann::json;

Result<ReleaseRequest> parse_release_request(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  ReleaseRequest request;
  request.dataset = in.text("dataset", false);
  request.reason = read_reason(in);
  Result<std::vector<Target>> targets = read_targets(in.find("targets"));
  if (!targets) return targets.error();
  request.targets = std::move(*targets);
  if (request.dataset.empty() == request.targets.empty()) {
    in.fail("/", "expected either \"dataset\" or \"targets\": an empty list is never everything");
  } else if (request.targets.size() > 1) {
    in.fail(in.at("targets"), "expected one target");
  }
  if (std::string error = in.finish(); !error.empty()) return Error{"bad_request", std::move(error)};
  return request;
}

json release_request_json(const ReleaseRequest& request) {
  json out{{"reason", request.reason}};
  if (!request.dataset.empty()) out["dataset"] = request.dataset;
  if (!request.targets.empty()) out["targets"] = targets_json(request.targets);
  return out;
}

json release_json(const Release& release) {
  json out{{"id", release.id},
           {"basis", printable(release.basis)},
           {"reason", printable(release.reason)},
           {"by", printable(release.by)},
           {"added_s", release.added_s}};
  if (!release.dataset.empty()) {
    out["dataset"] = printable(release.dataset);
    out["service"] = printable(release.service);
    out["path"] = printable(release.path);
  } else {
    out["device"] = "/dev/" + printable(release.device.name);
    out["type"] = printable(release.signature.type);
  }
  return out;
}

json releases_json(const Ledger& ledger) {
  json out = json::array();
  for (const Release& release : ledger.releases) out.push_back(release_json(release));
  return out;
}

json memory_json(const DatasetMemory& memory) {
  json out{{"id", printable(memory.id)},
           {"service", printable(memory.service)},
           {"path", printable(memory.path)},
           {"first_seen_s", memory.first_seen_s},
           {"last_seen_s", memory.last_seen_s}};
  if (memory.last_active_s != 0) {
    out["last_active_s"] = memory.last_active_s;
    out["last_role"] = to_string(memory.last_role);
    out["was_healthy_replica"] = memory.was_healthy_replica;
  }
  if (memory.last_clients_s != 0) out["last_clients_s"] = memory.last_clients_s;
  if (memory.last_written_s != 0) out["last_written_s"] = memory.last_written_s;
  if (memory.absent_since_s != 0) out["absent_since_s"] = memory.absent_since_s;
  out["devices"] = json::array();
  for (const DeviceIdentity& device : memory.devices) out["devices"].push_back("/dev/" + printable(device.name));
  return out;
}

}  // namespace guardd
