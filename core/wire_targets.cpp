// SPDX-License-Identifier: Apache-2.0
#include "core/wire_targets.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "core/policy_check.hpp"
#include "core/wire.hpp"

namespace guardd {
namespace {

using nlohmann::json;

Error bad_request(std::string message) { return {"bad_request", std::move(message)}; }

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "MAJOR:MINOR", as /sys/dev/block names them.
std::optional<DeviceNumber> parse_device(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = parse_number(text.substr(0, colon));
  const auto minor = parse_number(text.substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return DeviceNumber{*major, *minor};
}

std::string to_text(DeviceNumber device) { return std::to_string(device.major) + ":" + std::to_string(device.minor); }

/// A path with a ".." or a "//" in it would be compared, as text, with paths that have none, and be found elsewhere.
void check_path(ObjectReader& in, const std::string& pointer, const std::string& path) {
  if (const std::string wrong = policy_check::path(path); !wrong.empty()) in.fail(pointer, wrong);
}

Target read_target_object(ObjectReader& in) {
  Target target;
  target.path = in.text("path", true);
  if (!target.path.empty()) check_path(in, in.at("path"), target.path);
  const std::string kind = in.text("kind", true);
  if (!kind.empty() && kind != "block_device" && kind != "path") {
    in.fail(in.at("kind"), "expected \"block_device\" or \"path\"");
  }
  target.block_device = kind == "block_device";
  if (const std::string device = in.text("device", target.block_device); !device.empty()) {
    target.device = parse_device(device);
    if (!target.device) in.fail(in.at("device"), "expected \"MAJOR:MINOR\"");
  }
  const std::int64_t mount_id = in.integer("mount_id", 0, INT64_MAX, -1);
  if (mount_id >= 0) target.mount_id = mount_id;
  if (target.block_device && target.mount_id) in.fail(in.at("mount_id"), "only a path has one");
  const std::int64_t inode = in.integer("inode", 0, INT64_MAX, -1);
  if (inode >= 0) target.inode = static_cast<std::uint64_t>(inode);
  if (target.block_device && target.inode) in.fail(in.at("inode"), "only a path is asked for one");
  return target;
}

Result<Target> read_target(const json& value, const std::string& pointer) {
  if (value.is_object()) {
    ObjectReader in(value, pointer);
    Target target = read_target_object(in);
    if (std::string error = in.finish(); !error.empty()) return bad_request(std::move(error));
    return target;
  }
  // Through the reader too, for the bounds that every text has.
  const json wrapped{{"path", value}};
  ObjectReader in(wrapped, "");
  Target target;
  target.path = in.text("path", true);
  std::string wrong = in.finish().empty() ? policy_check::path(target.path)
                                          : "expected an absolute path or an object with path and kind";
  if (!wrong.empty()) return bad_request(at_pointer(pointer, wrong));
  return target;
}

std::string wrong_scope(const CheckRequest& request) {
  if (request.whole_host && !request.targets.empty()) return "/targets: the scope \"host\" has none";
  if (!request.whole_host && request.targets.empty()) {
    return "/targets: the scope \"targets\" needs at least one; the whole host is \"scope\": \"host\"";
  }
  if (request.operation == Operation::reboot && !request.whole_host) return "/scope: reboot is about the host";
  return "";
}

}  // namespace

Result<std::vector<Target>> read_targets(const json* value) {
  std::vector<Target> targets;
  if (value == nullptr) return targets;
  if (!value->is_array()) return bad_request("/targets: expected an array");
  if (value->size() > max_targets) {
    return Error{"too_large", "/targets: more than " + std::to_string(max_targets) + " targets"};
  }
  for (const json& element : *value) {
    Result<Target> target = read_target(element, pointer_to("/targets", targets.size()));
    if (!target) return target.error();
    targets.push_back(std::move(*target));
  }
  return targets;
}

Result<CheckRequest> finish_question(ObjectReader& in) {
  CheckRequest request;
  if (const std::string name = in.text("operation", true); !name.empty()) {
    const auto operation = parse_operation(name);
    if (!operation) in.fail("/operation", "unknown operation, known are: reinstall, wipe, reboot");
    request.operation = operation.value_or(Operation::reinstall);
  }
  const std::string scope = in.text("scope", true);
  if (!scope.empty() && scope != "host" && scope != "targets") {
    in.fail("/scope", "expected \"host\" or \"targets\"");
  }
  request.whole_host = scope == "host";
  const json* const targets_value = in.find("targets");
  if (std::string error = in.finish(); !error.empty()) return bad_request(std::move(error));
  Result<std::vector<Target>> targets = read_targets(targets_value);
  if (!targets) return targets.error();
  request.targets = std::move(*targets);
  if (std::string error = wrong_scope(request); !error.empty()) return bad_request(std::move(error));
  return request;
}

Result<std::vector<Target>> parse_targets(std::string_view text) {
  const Result<json> document = parse_json(text, request_limits);
  if (!document) return document.error();
  return read_targets(&*document);
}

json targets_json(const std::vector<Target>& targets) {
  json out = json::array();
  for (const Target& target : targets) {
    json one{{"path", target.path}, {"kind", target.block_device ? "block_device" : "path"}};
    if (target.device) one["device"] = to_text(*target.device);
    if (target.mount_id) one["mount_id"] = *target.mount_id;
    if (target.inode) one["inode"] = *target.inode;
    const bool resolved = target.block_device || target.device || target.mount_id || target.inode;
    out.push_back(resolved ? one : json(target.path));
  }
  return out;
}

}  // namespace guardd
