// SPDX-License-Identifier: Apache-2.0
#include "core/wire_permit.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire.hpp"
#include "core/wire_targets.hpp"

namespace guardd {

using nlohmann::json;

namespace {

constexpr std::int64_t largest_pid = 1 << 22;  // PID_MAX_LIMIT, include/linux/threads.h
constexpr std::int64_t largest_status = 255;
constexpr JsonLimits mirror_limits{.bytes = std::size_t{16} * 1024, .depth = 4, .values = 64};

Error bad_record(const std::string& why) { return {"bad_record", why}; }

/// What a reader of a record has to say at last.
template <typename T>
Result<T> finished(ObjectReader& in, T read) {
  if (std::string error = in.finish(); !error.empty()) return bad_record(error);
  return read;
}

json holder_json(const PermitHolder& holder) { return {{"pid", holder.pid}, {"start_ticks", holder.start_ticks}}; }

PermitHolder read_holder(ObjectReader& in, const std::string& key) {
  const json* const value = in.find(key);
  if (value == nullptr) {
    in.fail(in.at(key), "missing");
    return {};
  }
  ObjectReader inner(*value, in.at(key));
  PermitHolder holder;
  holder.pid = static_cast<std::int32_t>(inner.integer("pid", 1, largest_pid, 0));
  holder.start_ticks = static_cast<std::uint64_t>(inner.integer("start_ticks", 0, INT64_MAX, 0));
  if (holder.pid == 0) inner.fail(inner.at("pid"), "missing");
  if (const std::string error = inner.finish(); !error.empty()) in.fail(in.at(key), error);
  return holder;
}

PermitState read_permit_state(ObjectReader& in) {
  const std::string name = in.text("state", true);
  for (int i = 0; i <= static_cast<int>(PermitState::ended); ++i) {
    if (to_string(static_cast<PermitState>(i)) == name) return static_cast<PermitState>(i);
  }
  in.fail(in.at("state"), "no state of a permit");
  return PermitState::interrupted;
}

json disks_json(const std::vector<PermitDisk>& disks) {
  json out = json::array();
  for (const PermitDisk& disk : disks)
    out.push_back({{"major", disk.device.major}, {"minor", disk.device.minor}, {"diskseq", disk.diskseq}});
  return out;
}

std::vector<PermitDisk> read_disks(ObjectReader& in) {
  std::vector<PermitDisk> disks;
  const json* const list = in.find("disks");
  if (list == nullptr) return disks;
  if (!list->is_array()) in.fail(in.at("disks"), "expected an array");
  for (const json& one : list->is_array() ? *list : json::array()) {
    ObjectReader inner(one, pointer_to(in.at("disks"), disks.size()));
    PermitDisk disk;
    disk.device.major = static_cast<std::uint32_t>(inner.integer("major", 0, UINT32_MAX, 0));
    disk.device.minor = static_cast<std::uint32_t>(inner.integer("minor", 0, UINT32_MAX, 0));
    disk.diskseq = static_cast<std::uint64_t>(inner.integer("diskseq", 0, INT64_MAX, 0));
    if (const std::string error = inner.finish(); !error.empty()) in.fail(in.at("disks"), error);
    disks.push_back(disk);
  }
  return disks;
}

/// What a mirror has of a permit, and every other form too.
json common_json(const Permit& permit) {
  json out{{"operation", to_string(permit.operation)},
           {"scope", permit.whole_host ? "host" : "targets"},
           {"holder", holder_json(permit.holder)},
           {"command", permit.has_command},
           {"boot_id", permit.boot_id},
           {"expires_boot_ms", permit.expires_boot_ms},
           {"state", to_string(permit.state)},
           {"began", permit.began}};
  if (!permit.cgroup.empty()) out["cgroup"] = permit.cgroup;
  if (permit.exit_status) out["exit_status"] = *permit.exit_status;
  return out;
}

/// Reads that, but for operation and scope.
void read_common(ObjectReader& in, Permit& permit) {
  permit.holder = read_holder(in, "holder");
  permit.has_command = in.boolean("command", false);
  permit.boot_id = in.text("boot_id", true);
  permit.expires_boot_ms = in.integer("expires_boot_ms", 0, INT64_MAX, 0);
  permit.state = read_permit_state(in);
  permit.began = in.boolean("began", false);
  permit.cgroup = in.text("cgroup", false);
  const std::int64_t status = in.integer("exit_status", 0, largest_status, -1);
  if (status >= 0) permit.exit_status = static_cast<int>(status);
}

}  // namespace

Result<PermitRequest> parse_permit_request(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  PermitRequest request;
  std::string expect_host = in.text("expect_host", false);
  request.reason = in.text("reason", false);
  request.has_command = in.boolean("command", false);
  request.holder_pid = static_cast<std::int32_t>(in.integer("holder_pid", 1, largest_pid, 0));
  request.valid_s = in.integer("valid_s", 1, longest_valid_s, default_valid_s);
  Result<CheckRequest> question = finish_question(in);
  if (!question) return question.error();
  request.question = std::move(*question);
  request.question.expect_host = std::move(expect_host);
  if (request.has_command && request.holder_pid != 0) {
    return Error{"bad_request", "/holder_pid: whoever runs a command holds the permit itself"};
  }
  if (request.question.operation == Operation::wipe && request.question.whole_host) {
    return Error{"bad_request", "/scope: wipe needs targets"};
  }
  const auto is_unresolved = [](const Target& target) { return !target.device; };
  if (std::ranges::any_of(request.question.targets, is_unresolved)) {
    return Error{"bad_request", "/targets: a permit is of what its targets were resolved to: say kind and device"};
  }
  return request;
}

json permit_request_json(const PermitRequest& request) {
  json out = to_json(request.question);
  if (!request.reason.empty()) out["reason"] = request.reason;
  out["command"] = request.has_command;
  if (request.holder_pid != 0) out["holder_pid"] = request.holder_pid;
  out["valid_s"] = request.valid_s;
  return out;
}

Result<std::int32_t> parse_begin(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  const auto pid = static_cast<std::int32_t>(in.integer("pid", 1, largest_pid, 0));
  if (pid == 0) in.fail("/pid", "missing");
  if (std::string error = in.finish(); !error.empty()) return Error{"bad_request", std::move(error)};
  return pid;
}

json begin_json(std::int32_t pid) { return {{"pid", pid}}; }

Result<PermitEnd> parse_permit_end(std::string_view body) {
  PermitEnd end;
  if (body.empty()) return end;
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  const std::int64_t status = in.integer("exit_status", 0, largest_status, -1);
  if (status >= 0) end.exit_status = static_cast<int>(status);
  end.reason = in.text("reason", false);
  if (std::string error = in.finish(); !error.empty()) return Error{"bad_request", std::move(error)};
  return end;
}

json permit_end_json(const PermitEnd& end) {
  json out = json::object();
  if (end.exit_status) out["exit_status"] = *end.exit_status;
  if (!end.reason.empty()) out["reason"] = end.reason;
  return out;
}

json to_json(const Permit& permit) {
  json out = common_json(permit);
  out["id"] = permit.id;
  out["targets"] = json::array();
  for (const Target& target : permit.targets) out["targets"].push_back(printable(target.path));
  out["by"] = printable(permit.by);
  out["granted_s"] = permit.granted_s;
  if (!permit.reason.empty()) out["reason"] = printable(permit.reason);
  if (!permit.lapsed.empty()) out["lapsed"] = printable(permit.lapsed);
  if (!permit.why.empty()) out["why"] = printable(permit.why);
  if (!permit.cgroup.empty()) out["cgroup"] = printable(permit.cgroup);
  return out;
}

json permit_record(const Permit& permit) {
  json out = common_json(permit);
  out.update({{"targets", targets_json(permit.targets)},
              {"by", permit.by},
              {"granted_s", permit.granted_s},
              {"disks", disks_json(permit.disks)},
              {"accepted", permit.accepted}});
  if (!permit.reason.empty()) out["reason"] = permit.reason;
  if (!permit.lapsed.empty()) out["lapsed"] = permit.lapsed;
  if (!permit.why.empty()) out["why"] = permit.why;
  return out;
}

Result<Permit> parse_permit_record(std::string_view text) {
  const Result<json> document = parse_json(text, record_limits);
  if (!document) return bad_record(document.error().message);
  ObjectReader in(*document, "");
  Permit permit;
  read_common(in, permit);
  permit.by = in.text("by", true);
  permit.granted_s = in.integer("granted_s", 0, last_second, 0);
  permit.disks = read_disks(in);
  permit.accepted = in.texts("accepted");
  permit.reason = in.text("reason", false);
  permit.lapsed = in.text("lapsed", false);
  permit.why = in.text("why", false);
  Result<CheckRequest> question = finish_question(in);
  if (!question) return bad_record(question.error().message);
  permit.operation = question->operation;
  permit.whole_host = question->whole_host;
  permit.targets = std::move(question->targets);
  if (permit.has_command && permit.began && permit.cgroup.empty()) return bad_record("/cgroup: missing");
  return permit;
}

json mirror_json(const Permit& permit) {
  json out = common_json(permit);
  out["id"] = permit.id;
  return out;
}

Result<Permit> parse_mirror(std::string_view text) {
  const Result<json> document = parse_json(text, mirror_limits);
  if (!document) return bad_record(document.error().message);
  ObjectReader in(*document, "");
  Permit permit;
  permit.id = in.text("id", true);
  read_common(in, permit);
  const std::optional<Operation> operation = parse_operation(in.text("operation", true));
  if (!operation) in.fail("/operation", "no operation");
  permit.operation = operation.value_or(Operation::reinstall);
  const std::string scope = in.text("scope", true);
  if (scope != "host" && scope != "targets") in.fail("/scope", "no scope");
  permit.whole_host = scope == "host";
  return finished(in, std::move(permit));
}

json start_intent_json(const StartIntent& intent) {
  json out{{"service", intent.service},
           {"caller", holder_json(intent.caller)},
           {"boot_id", intent.boot_id},
           {"boot_ms", intent.boot_ms}};
  if (!intent.unit.empty()) out["unit"] = intent.unit;
  return out;
}

Result<StartIntent> parse_start_intent(std::string_view text) {
  const Result<json> document = parse_json(text, mirror_limits);
  if (!document) return bad_record(document.error().message);
  ObjectReader in(*document, "");
  StartIntent intent;
  intent.service = in.text("service", true);
  intent.unit = in.text("unit", false);
  intent.caller = read_holder(in, "caller");
  intent.boot_id = in.text("boot_id", true);
  intent.boot_ms = in.integer("boot_ms", 0, INT64_MAX, 0);
  return finished(in, std::move(intent));
}

}  // namespace guardd
