// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <set>

#include "core/wire.hpp"

namespace guardd {
namespace {

using nlohmann::json;

std::optional<DeviceNumber> parse_device(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  DeviceNumber device;
  const auto whole = [](std::string_view digits, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && !digits.empty();
  };
  if (!whole(text.substr(0, colon), device.major) || !whole(text.substr(colon + 1), device.minor)) return std::nullopt;
  return device;
}

/// "" when it is absolute and written the one way that realpath(3) writes it.
std::string path_problem(std::string_view path) {
  if (path.empty() || path.front() != '/') return "an absolute path is expected";
  if (path.size() > ObjectReader::max_text) return "longer than a path can be";
  if (path.find('\0') != std::string_view::npos) return "a path has no NUL byte";
  const std::string framed = std::string(path) + "/";
  const bool tidy =
      path == "/" || (path.back() != '/' && framed.find("//") == std::string::npos &&
                      framed.find("/./") == std::string::npos && framed.find("/../") == std::string::npos);
  return tidy ? "" : "a path without \"//\", \".\", \"..\" and a '/' at the end is expected";
}

Target read_target(const json& value, const std::string& pointer, std::string& problem) {
  Target target;
  if (value.is_string()) {
    target.path = value.get<std::string>();
    if (const std::string why = path_problem(target.path); !why.empty()) problem = at_pointer(pointer, why);
    return target;
  }
  if (!value.is_object()) {
    problem = at_pointer(pointer, "a path or an object with \"path\" is expected");
    return target;
  }
  ObjectReader reader(value, pointer);
  target.path = reader.text("path", true);
  if (const std::string why = path_problem(target.path); !reader.failed() && !why.empty())
    reader.fail(reader.at("path"), why);
  const std::string kind = reader.text("kind", true);
  target.block_device = kind == "block_device";
  if (!reader.failed() && kind != "block_device" && kind != "path") {
    reader.fail(reader.at("kind"), "\"block_device\" or \"path\" is expected");
  }
  const std::string device = reader.text("device", target.block_device);
  if (!device.empty()) target.device = parse_device(device);
  if (!reader.failed() && !device.empty() && !target.device)
    reader.fail(reader.at("device"), "\"MAJOR:MINOR\" is expected");
  if (const std::int64_t id = reader.integer("mount_id", 0, INT64_MAX, -1); id >= 0) target.mount_id = id;
  problem = reader.finish();
  return target;
}

void read_targets(ObjectReader& reader, CheckRequest& request) {
  const json* targets = reader.find("targets");
  const bool given = targets != nullptr && !(targets->is_array() && targets->empty());
  if (targets != nullptr && !targets->is_array()) return reader.fail(reader.at("targets"), "an array is expected");
  if (request.whole_host) {
    if (given) reader.fail(reader.at("targets"), "scope \"host\" has no targets");
    return;
  }
  if (!given)
    return reader.fail(reader.at("targets"), "scope \"targets\" needs at least one: empty is never everything");
  if (targets->size() > max_targets) {
    return reader.fail(reader.at("targets"), "more than " + std::to_string(max_targets) + " targets");
  }
  for (std::size_t i = 0; i < targets->size(); ++i) {
    std::string problem;
    request.targets.push_back(read_target((*targets)[i], pointer_to(reader.at("targets"), i), problem));
    if (!problem.empty())
      return reader.fail(problem.substr(0, problem.find(": ")), problem.substr(problem.find(": ") + 2));
  }
}

}  // namespace

Result<CheckRequest> parse_check_request(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  if (!document->is_object()) return Error{"bad_request", "/: an object is expected"};
  ObjectReader reader(*document, "");
  CheckRequest request;
  const std::string operation = reader.text("operation", true);
  const std::optional<Operation> known = parse_operation(operation);
  if (!reader.failed() && !known)
    reader.fail(reader.at("operation"), "\"reinstall\", \"wipe\" or \"reboot\" is expected");
  request.operation = known.value_or(Operation::reinstall);
  const std::string scope = reader.text("scope", true);
  if (!reader.failed() && scope != "host" && scope != "targets") {
    reader.fail(reader.at("scope"), "\"host\" or \"targets\" is expected");
  }
  request.whole_host = scope == "host";
  if (!reader.failed()) read_targets(reader, request);
  if (known == Operation::wipe && request.whole_host) reader.fail(reader.at("scope"), "a wipe needs targets");
  if (known == Operation::reboot && !request.whole_host) reader.fail(reader.at("scope"), "only a host can reboot");
  request.expect_host = reader.text("expect_host", false);
  if (const std::string problem = reader.finish(); !problem.empty()) return Error{"bad_request", problem};
  return request;
}

json to_json(const CheckRequest& request) {
  json out{{"operation", to_string(request.operation)}, {"scope", request.whole_host ? "host" : "targets"}};
  if (!request.expect_host.empty()) out["expect_host"] = request.expect_host;
  if (request.whole_host) return out;
  out["targets"] = json::array();
  for (const Target& target : request.targets) {
    json one{{"path", target.path}, {"kind", target.block_device ? "block_device" : "path"}};
    if (target.device)
      one["device"] = std::to_string(target.device->major) + ":" + std::to_string(target.device->minor);
    if (target.mount_id) one["mount_id"] = *target.mount_id;
    out["targets"].push_back(std::move(one));
  }
  return out;
}

}  // namespace guardd
