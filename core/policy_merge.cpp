// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "core/policy.hpp"
#include "core/strict_json.hpp"
#include "core/text.hpp"

namespace guardd {
namespace {

Error contradiction(const std::string& file, const std::string& pointer, const std::string& what) {
  return Error{"bad_policy", printable(file) + ": " + at_pointer(pointer, what)};
}

std::string service_pointer(const std::string& name, const char* key) {
  return pointer_to(pointer_to("/services", name), key);
}

std::string rule_pointer(const std::string& id, const char* key) { return pointer_to(pointer_to("/rules", id), key); }

/// `into` becomes the sorted union: the same whichever file came first.
template <typename T>
void unite(std::vector<T>& into, const std::vector<T>& more) {
  into.insert(into.end(), more.begin(), more.end());
  std::ranges::sort(into);
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

/// `argument_contains` narrows: the side that wants no argument is the wider one, and wins.
void unite_arguments(Recognition& into, const Recognition& more) {
  if (more.executables.empty()) return;
  if (into.executables.empty()) {
    into.argument_contains = more.argument_contains;
    std::ranges::sort(into.argument_contains);
  } else if (into.argument_contains.empty() || more.argument_contains.empty()) {
    into.argument_contains.clear();
  } else {
    unite(into.argument_contains, more.argument_contains);
  }
}

void unite(Recognition& into, const Recognition& more) {
  unite_arguments(into, more);
  unite(into.executables, more.executables);
  unite(into.datadir_arguments, more.datadir_arguments);
  unite(into.directories, more.directories);
  unite(into.config_files, more.config_files);
  unite(into.config_keys, more.config_keys);
  std::vector<std::vector<std::string>> sets = more.markers;
  for (std::vector<std::string>& set : sets) std::ranges::sort(set);
  unite(into.markers, sets);
  unite(into.identity_files, more.identity_files);
  unite(into.data_files, more.data_files);
  unite(into.ports, more.ports);
}

std::optional<Error> merge_services(Policy& policy, const PolicyFile& file) {
  for (const auto& [name, more] : file.services) {
    Recognition& into = policy.services[name];
    into.service = name;
    if (!into.role_probe.empty() && !more.role_probe.empty() && into.role_probe != more.role_probe) {
      return contradiction(file.path, service_pointer(name, "role_probe"),
                           "another file says '" + into.role_probe + "', this one '" + more.role_probe + "'");
    }
    if (into.role_probe.empty()) into.role_probe = more.role_probe;
    unite(into, more);
  }
  return std::nullopt;
}

/// Remedies of both, each once, in an order of their own: a person may need either.
std::string unite_remedies(const std::string& one, const std::string& other) {
  if (one.empty() || one == other) return other;
  if (other.empty()) return one;
  return std::min(one, other) + "; " + std::max(one, other);
}

std::optional<Error> merge_rules(Policy& policy, const PolicyFile& file) {
  for (const Rule& more : file.rules) {
    const auto [found, is_new] = policy.rules.try_emplace(more.id, more);
    Rule& into = found->second;
    if (is_new) {
      unite(into.services, {});
      continue;
    }
    if (into.fact != more.fact) {
      return contradiction(file.path, rule_pointer(more.id, "fact"),
                           "another file says '" + into.fact + "', this one '" + more.fact + "'");
    }
    into.refuses.insert(more.refuses.begin(), more.refuses.end());
    if (into.services.empty() || more.services.empty()) {
      into.services.clear();
    } else {
      unite(into.services, more.services);
    }
    into.remedy = unite_remedies(into.remedy, more.remedy);
  }
  return std::nullopt;
}

std::optional<Error> check_names(const Policy& policy, const PolicyFile& file) {
  for (const auto& [name, ignored] : file.services) {
    const Recognition& service = policy.services.at(name);
    if (service.executables.empty() && service.markers.empty() && service.data_files.empty()) {
      return contradiction(file.path, pointer_to("/services", name),
                           "nothing to recognise it by: no executables, markers or data_files in any file");
    }
  }
  for (const Rule& rule : file.rules) {
    for (std::size_t i = 0; i < rule.services.size(); ++i) {
      if (policy.services.contains(rule.services[i])) continue;
      return contradiction(file.path, pointer_to(rule_pointer(rule.id, "services"), i),
                           "no file defines the service '" + rule.services[i] + "'");
    }
  }
  for (std::size_t i = 0; i < file.exceptions.size(); ++i) {
    const Exception& exception = file.exceptions[i];
    const std::string pointer = pointer_to("/exceptions", i) + "/except";
    if (!exception.service.empty() && !policy.services.contains(exception.service)) {
      return contradiction(file.path, pointer + "/service", "no file defines the service '" + exception.service + "'");
    }
    if (!exception.rule.empty() && !policy.rules.contains(exception.rule)) {
      return contradiction(file.path, pointer + "/rule", "no file defines the rule '" + exception.rule + "'");
    }
  }
  return std::nullopt;
}

auto order_of(const Exception& e) { return std::tie(e.file, e.rule, e.service, e.path, e.until_s, e.reason); }

}  // namespace

std::vector<Recognition> Policy::recognitions() const {
  std::vector<Recognition> result;
  for (const auto& [name, service] : services) result.push_back(service);
  return result;
}

Result<Policy> merge_policies(const std::vector<PolicyFile>& files, PolicyExtent extent) {
  // Errors too shall not depend on the order in which a directory was read.
  std::vector<const PolicyFile*> sorted;
  sorted.reserve(files.size());
  for (const PolicyFile& file : files) sorted.push_back(&file);
  std::ranges::stable_sort(sorted, {}, [](const PolicyFile* file) -> const std::string& { return file->path; });

  Policy policy;
  std::optional<std::int64_t> freshness_ms;
  for (const PolicyFile* file : sorted) {
    if (auto error = merge_services(policy, *file)) return *error;
    if (auto error = merge_rules(policy, *file)) return *error;
    policy.system_mounts.insert(file->system_mounts.begin(), file->system_mounts.end());
    policy.system_devices.insert(file->system_devices.begin(), file->system_devices.end());
    policy.protected_paths.insert(file->protected_paths.begin(), file->protected_paths.end());
    policy.required_inspectors.insert(file->required_inspectors.begin(), file->required_inspectors.end());
    policy.exceptions.insert(policy.exceptions.end(), file->exceptions.begin(), file->exceptions.end());
    if (file->freshness_ms) freshness_ms = std::min(freshness_ms.value_or(*file->freshness_ms), *file->freshness_ms);
  }
  policy.freshness_ms = freshness_ms.value_or(policy.freshness_ms);
  std::ranges::stable_sort(policy.exceptions, [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
  if (extent == PolicyExtent::part) return policy;
  for (const PolicyFile* file : sorted) {
    if (auto error = check_names(policy, *file)) return *error;
  }
  return policy;
}

}  // namespace guardd
