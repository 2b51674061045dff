// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/policy.hpp"
#include "core/policy_check.hpp"
#include "core/text.hpp"

namespace guardd {
namespace {

using nlohmann::json;
using Check = std::string (*)(std::string_view);

std::string in_quotes(std::string_view text) { return "'" + printable(text, 128) + "'"; }

template <typename Names>
std::string joined(const Names& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

std::string known_fact(std::string_view text) {
  if (std::ranges::find(rule_facts, text) != std::end(rule_facts)) return "";
  return "unknown fact, known are: " + joined(rule_facts);
}

std::string known_inspector(std::string_view text) {
  if (std::ranges::find(inspector_names, text) != std::end(inspector_names)) return "";
  return "unknown inspector, known are: " + joined(inspector_names);
}

std::string known_operation(std::string_view text) {
  return parse_operation(text) ? "" : "unknown operation, known are: reinstall, wipe, reboot";
}

/// Reads one file. The first error of any part is the file's.
class PolicyParser {
 public:
  explicit PolicyParser(std::string_view file) { result_.path = file; }

  Result<PolicyFile> parse(const json& document) {
    ObjectReader top(document, "");
    top.text("$schema", false);  // for editors
    top.integer("version", 1, 1, 1);
    each_member(top, "services", [&](const std::string& name, const json& value) { read_service(top, name, value); });
    each_member(top, "rules", [&](const std::string& id, const json& value) { read_rule(top, id, value); });
    result_.system_mounts = list(top, "system_mounts", policy_check::path_glob);
    read_system_devices(top);
    result_.protected_paths = list(top, "protected_paths", policy_check::plain_path);
    result_.required_inspectors = list(top, "required_inspectors", known_inspector);
    const std::int64_t freshness = top.integer("freshness_ms", 100, 60'000, 0);
    if (freshness != 0) result_.freshness_ms = freshness;
    read_exceptions(top);
    keep(top.finish());
    if (!error_.empty()) return Error{"bad_policy", printable(result_.path) + ": " + error_};
    return std::move(result_);
  }

 private:
  void keep(const std::string& error) {
    if (error_.empty()) error_ = error;
  }

  template <typename Function>
  void each_member(ObjectReader& in, const std::string& key, Function read) {
    const json* value = in.find(key);
    if (value == nullptr) return;
    if (!value->is_object()) return in.fail(in.at(key), std::string("expected an object, found ") + value->type_name());
    if (value->size() > max_policy_list) return in.fail(in.at(key), too_many());
    for (const auto& [name, member] : value->items()) read(name, member);
  }

  static std::string too_many() { return "more than " + std::to_string(max_policy_list) + " entries"; }

  static std::vector<std::string> list(ObjectReader& in, const std::string& key, Check check) {
    std::vector<std::string> texts = in.texts(key);
    if (texts.size() > max_policy_list) in.fail(in.at(key), too_many());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (const std::string wrong = check(texts[i]); !wrong.empty()) {
        in.fail(pointer_to(in.at(key), i), wrong + ": " + in_quotes(texts[i]));
      }
    }
    return texts;
  }

  static std::string text(ObjectReader& in, const std::string& key, bool required, Check check) {
    std::string value = in.text(key, required);
    if (!value.empty()) {
      if (const std::string wrong = check(value); !wrong.empty()) in.fail(in.at(key), wrong + ": " + in_quotes(value));
    }
    return value;
  }

  void read_service(const ObjectReader& top, const std::string& name, const json& value) {
    ObjectReader in(value, pointer_to(top.at("services"), name));
    if (const std::string wrong = policy_check::service_name(name); !wrong.empty()) in.fail(in.pointer(), wrong);
    Recognition service;
    service.service = name;
    in.text("title", false);  // for the file's readers
    service.executables = list(in, "executables", policy_check::basename);
    service.argument_contains = list(in, "argument_contains", policy_check::word);
    service.datadir_arguments = list(in, "datadir_arguments", policy_check::word);
    service.directories = list(in, "directories", policy_check::path_glob);
    service.config_files = list(in, "config_files", policy_check::path_glob);
    service.config_keys = list(in, "config_keys", policy_check::word);
    service.markers = marker_sets(in);
    service.identity_files = list(in, "identity_files", policy_check::basename);
    service.data_files = list(in, "data_files", policy_check::file_glob);
    service.ports = ports(in);
    service.role_probe = text(in, "role_probe", false, policy_check::role_probe);
    if (!service.argument_contains.empty() && service.executables.empty()) {
      in.fail(in.at("argument_contains"), "narrows the executables, and there are none here");
    }
    keep(in.finish());
    result_.services.emplace(name, std::move(service));
  }

  static std::vector<std::vector<std::string>> marker_sets(ObjectReader& in) {
    const json* value = in.find("markers");
    if (value == nullptr) return {};
    std::vector<std::vector<std::string>> sets;
    if (!value->is_array() || value->size() > max_policy_list) {
      in.fail(in.at("markers"), "expected an array of at most " + std::to_string(max_policy_list) + " arrays");
      return sets;
    }
    for (const json& element : *value) {
      const std::string pointer = pointer_to(in.at("markers"), sets.size());
      sets.push_back(marker_set(in, pointer, element));
    }
    return sets;
  }

  static std::vector<std::string> marker_set(ObjectReader& in, const std::string& pointer, const json& value) {
    std::vector<std::string> set;
    // An empty set is contained in every directory.
    if (!value.is_array() || value.empty() || value.size() > max_policy_list) {
      in.fail(pointer, "expected an array with at least one name");
      return set;
    }
    for (const json& element : value) {
      std::string wrong = "expected a string";
      if (element.is_string()) {
        set.push_back(element.get<std::string>());
        wrong = policy_check::marker(set.back());
        if (set.back().size() > ObjectReader::max_text || set.back().find('\0') != std::string::npos) wrong = "no name";
      }
      if (!wrong.empty()) in.fail(pointer_to(pointer, set.empty() ? 0 : set.size() - 1), wrong);
    }
    return set;
  }

  static std::vector<std::uint16_t> ports(ObjectReader& in) {
    const json* value = in.find("ports");
    if (value == nullptr) return {};
    std::vector<std::uint16_t> ports;
    if (!value->is_array() || value->size() > max_policy_list) {
      in.fail(in.at("ports"), "expected an array of port numbers");
      return ports;
    }
    for (const json& element : *value) {
      const bool fits = element.is_number_unsigned() && element.get<std::uint64_t>() - 1 < UINT16_MAX;
      if (!fits) in.fail(pointer_to(in.at("ports"), ports.size()), "expected a port number from 1 to 65535");
      ports.push_back(fits ? element.get<std::uint16_t>() : std::uint16_t{0});
    }
    return ports;
  }

  void read_rule(const ObjectReader& top, const std::string& id, const json& value) {
    ObjectReader in(value, pointer_to(top.at("rules"), id));
    if (const std::string wrong = policy_check::rule_id(id); !wrong.empty()) in.fail(in.pointer(), wrong);
    Rule rule;
    rule.id = id;
    rule.fact = text(in, "fact", true, known_fact);
    for (const std::string& name : list(in, "refuses", known_operation)) {
      if (const auto operation = parse_operation(name)) rule.refuses.insert(*operation);
    }
    if (rule.refuses.empty()) in.fail(in.at("refuses"), "expected at least one of reinstall, wipe, reboot");
    rule.services = list(in, "services", policy_check::service_name);
    // "No service" and "every service" must not be written alike.
    if (value.is_object() && value.contains("services") && rule.services.empty()) {
      in.fail(in.at("services"), "empty: leave it out for every service");
    }
    rule.remedy = in.text("remedy", false);
    keep(in.finish());
    result_.rules.push_back(std::move(rule));
  }

  void read_system_devices(ObjectReader& top) {
    const json* value = top.find("system_devices");
    if (value == nullptr) return;
    if (!value->is_array() || value->size() > max_policy_list) {
      top.fail(top.at("system_devices"),
               "expected an array of at most " + std::to_string(max_policy_list) + " objects");
      return;
    }
    for (const json& element : *value) {
      ObjectReader in(element, pointer_to(top.at("system_devices"), result_.system_devices.size()));
      SystemDevice device;
      device.type = text(in, "type", false, policy_check::word);
      device.label = text(in, "label", false, policy_check::word);
      device.part_type = text(in, "part_type", false, policy_check::part_type);
      device.name = text(in, "name", false, policy_check::file_glob);
      if (device == SystemDevice{}) in.fail(in.pointer(), "expected at least one of type, label, part_type, name");
      keep(in.finish());
      result_.system_devices.push_back(std::move(device));
    }
  }

  void read_exceptions(ObjectReader& top) {
    const json* value = top.find("exceptions");
    if (value == nullptr) return;
    if (!value->is_array() || value->size() > max_policy_list) {
      top.fail(top.at("exceptions"), "expected an array of at most " + std::to_string(max_policy_list) + " objects");
      return;
    }
    for (const json& element : *value) {
      read_exception(pointer_to(top.at("exceptions"), result_.exceptions.size()), element);
    }
  }

  void read_exception(const std::string& pointer, const json& value) {
    ObjectReader in(value, pointer);
    Exception exception;
    exception.file = result_.path;
    if (const json* except = in.find("except")) {
      ObjectReader what(*except, in.at("except"));
      exception.rule = text(what, "rule", false, policy_check::rule_id);
      exception.service = text(what, "service", false, policy_check::service_name);
      exception.path = text(what, "path", false, policy_check::plain_path);
      if (exception.service.empty() && exception.path.empty()) {
        what.fail(what.pointer(), "expected a service or a path: an exception for everything is none");
      }
      keep(what.finish());
    } else {
      in.fail(in.at("except"), "missing, expected an object with rule, service or path");
    }
    exception.reason = text(in, "reason", true, policy_check::word);
    const std::string until = in.text("until", false);
    if (!until.empty()) {
      exception.until_s = policy_check::parse_utc(until);
      if (!exception.until_s) in.fail(in.at("until"), "expected a time like 2030-01-31T23:59:59Z: " + in_quotes(until));
    }
    keep(in.finish());
    result_.exceptions.push_back(std::move(exception));
  }

  PolicyFile result_;
  std::string error_;
};

}  // namespace

Result<PolicyFile> parse_policy(std::string_view file, std::string_view text) {
  const Result<json> document = parse_json(text, policy_limits);
  if (!document) {
    const bool large = document.error().code == "too_large";
    return Error{large ? "too_large" : "bad_policy", printable(file) + ": " + document.error().message};
  }
  return PolicyParser(file).parse(*document);
}

}  // namespace guardd
