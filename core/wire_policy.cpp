// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/policy_check.hpp"
#include "core/wire.hpp"

namespace guardd {
namespace {

using nlohmann::json;

template <typename List>
void put_list(json& out, const char* key, const List& list) {
  if (!list.empty()) out[key] = list;
}

json service_json(const Recognition& service) {
  json out = json::object();
  put_list(out, "executables", service.executables);
  put_list(out, "argument_contains", service.argument_contains);
  put_list(out, "datadir_arguments", service.datadir_arguments);
  put_list(out, "directories", service.directories);
  put_list(out, "config_files", service.config_files);
  put_list(out, "config_keys", service.config_keys);
  put_list(out, "markers", service.markers);
  put_list(out, "data_files", service.data_files);
  put_list(out, "ports", service.ports);
  put_list(out, "role_probe", service.role_probe);
  return out;
}

json rule_json(const Rule& rule, Detail detail) {
  json out{{"fact", rule.fact}, {"refuses", json::array()}};
  for (const Operation operation : rule.refuses) out["refuses"].push_back(to_string(operation));
  put_list(out, "services", rule.services);
  if (detail == Detail::full) put_list(out, "remedy", rule.remedy);
  return out;
}

json exception_json(const Exception& exception) {
  json except = json::object();
  put_list(except, "rule", exception.rule);
  put_list(except, "service", exception.service);
  put_list(except, "path", exception.path);
  json out{{"except", std::move(except)}, {"reason", exception.reason}};
  if (exception.until_s) out["until"] = policy_check::format_utc(*exception.until_s);
  return out;
}

}  // namespace

json to_json(const Policy& policy, Detail detail) {
  json content = json::object();
  content["rules"] = json::object();
  for (const auto& [id, rule] : policy.rules) content["rules"][id] = rule_json(rule, detail);
  json out{{"generation", policy.generation}, {"digest", policy.digest}};
  if (detail == Detail::summary) {
    out["exceptions"] = policy.exceptions.size();
  } else {
    content["services"] = json::object();
    for (const auto& [name, service] : policy.services) content["services"][name] = service_json(service);
    content["system_mounts"] = policy.system_mounts;
    content["protected_paths"] = policy.protected_paths;
    content["required_inspectors"] = policy.required_inspectors;
    content["freshness_ms"] = policy.freshness_ms;
    content["exceptions"] = json::array();
    for (const Exception& exception : policy.exceptions) content["exceptions"].push_back(exception_json(exception));
  }
  out["policy"] = std::move(content);
  return out;
}

}  // namespace guardd
