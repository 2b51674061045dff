// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/strict_json.hpp"
#include "daemon/event_sources.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::int64_t longest_quiet_s = std::int64_t{366} * 86'400;
constexpr JsonLimits config_limits{.bytes = std::size_t{64} * 1024, .depth = 8, .values = 1024};
// A worker ends itself 30 s after it was forked (daemon/worker/worker_main.cpp).
constexpr std::int64_t max_deadline_ms = 15'000;
constexpr std::int64_t min_deadline_ms = 10;

std::string read_deadlines(const nlohmann::json& object, const std::string& pointer, Deadlines& deadlines) {
  ObjectReader reader(object, pointer);
  const auto read = [&](const char* key, std::chrono::milliseconds& deadline) {
    deadline = std::chrono::milliseconds(reader.integer(key, min_deadline_ms, max_deadline_ms, deadline.count()));
  };
  read("processes", deadlines.processes);
  read("boot", deadlines.boot);
  read("storage", deadlines.storage);
  read("signatures", deadlines.signatures);
  read("data_directories", deadlines.data);
  read("memory", deadlines.memory);
  read("clients", deadlines.clients);
  read("roles", deadlines.role);
  return reader.finish();
}

std::string read_overrides(const nlohmann::json& object, const std::string& pointer, OverrideRules& rules) {
  ObjectReader reader(object, pointer);
  constexpr std::int64_t most_approvals = 8;
  constexpr std::int64_t shortest_s = 60;
  constexpr std::int64_t longest_s = 86'400;
  const auto approvals = static_cast<std::int64_t>(rules.approvals);
  rules.approvals = static_cast<std::size_t>(reader.integer("approvals", 1, most_approvals, approvals));
  rules.valid_s = reader.integer("valid_s", shortest_s, longest_s, rules.valid_s);
  rules.without_signers = reader.boolean("without_signers", rules.without_signers);
  if (const std::string file = reader.text("allowed_signers", false); !file.empty()) {
    rules.allowed_signers = file;
    rules.signers_must_exist = true;
    if (file.front() != '/') reader.fail(reader.at("allowed_signers"), "must be an absolute path");
  }
  return reader.finish();
}

std::string read_limits(const nlohmann::json& object, const std::string& pointer, Limits& limits) {
  ObjectReader reader(object, pointer);
  constexpr std::int64_t least_mb = 512;  // guardd's threads alone reserve some 400 MiB
  constexpr std::int64_t most_mb = 1 << 20;
  constexpr std::int64_t least_descriptors =
      768;  // 256 connections, 256 processes whose end is waited for, and guardd's
  constexpr std::int64_t most_descriptors = 1 << 20;  // the kernel's default of fs.nr_open
  constexpr int least_wake_ups = 10;
  constexpr int most_wake_ups = 1000;
  limits.memory_mb = reader.integer("memory_mb", least_mb, most_mb, limits.memory_mb);
  limits.descriptors = reader.integer("descriptors", least_descriptors, most_descriptors, limits.descriptors);
  limits.wake_ups_per_s =
      static_cast<int>(reader.integer("wake_ups_per_s", least_wake_ups, most_wake_ups, limits.wake_ups_per_s));
  return reader.finish();
}

}  // namespace

Result<Config> parse_config(std::string_view file, std::string_view text) {
  const auto wrong = [&](const std::string& what) { return Error{"bad_config", std::string(file) + ": " + what}; };
  const Result<nlohmann::json> document = parse_json(text, config_limits);
  if (!document) return wrong(document.error().message);
  Config config;
  ObjectReader reader(*document, "");
  config.askers_group = reader.text("askers_group", false);
  config.operators_group = reader.text("operators_group", false);
  config.credentials_file = reader.text("credentials_file", false);
  if (!config.credentials_file.empty() && config.credentials_file.front() != '/') {
    reader.fail(reader.at("credentials_file"), "must be an absolute path");
  }
  if (const nlohmann::json* deadlines = reader.find("deadlines_ms"); deadlines != nullptr) {
    const std::string error = read_deadlines(*deadlines, reader.at("deadlines_ms"), config.deadlines);
    if (!error.empty()) return wrong(error);
  }
  if (const std::string scan = reader.text("scan", false); scan == "readlink") {
    config.readlink_only = true;
  } else if (!scan.empty() && scan != "auto") {
    reader.fail(reader.at("scan"), "must be \"auto\" or \"readlink\"");
  }
  if (const std::string seal = reader.text("seal", false); seal == "observe") {
    config.seal = SealMode::observe;
  } else if (seal == "enforce") {
    config.seal = SealMode::enforce;
  } else if (!seal.empty() && seal != "off") {
    reader.fail(reader.at("seal"), "must be \"off\", \"observe\" or \"enforce\"");
  }
  config.look_every = std::chrono::seconds(reader.integer("look_every_s", 5, 3600, config.look_every.count()));
  config.look_cpu_percent = static_cast<int>(reader.integer("look_cpu_percent", 1, 100, config.look_cpu_percent));
  for (const std::string& name : reader.texts("unused_event_sources")) {
    if (std::ranges::find(event_source_names, name) == event_source_names.end()) {
      reader.fail(reader.at("unused_event_sources"), "there is no event source \"" + name + "\"");
    }
    config.unused_event_sources.insert(name);
  }
  config.inhibit_shutdown = reader.boolean("inhibit_shutdown", config.inhibit_shutdown);
  if (const nlohmann::json* limits = reader.find("limits"); limits != nullptr) {
    const std::string error = read_limits(*limits, reader.at("limits"), config.limits);
    if (!error.empty()) return wrong(error);
  }
  if (const nlohmann::json* release = reader.find("release"); release != nullptr) {
    ObjectReader in(*release, reader.at("release"));
    config.release_quiet_s = in.integer("quiet_s", 0, longest_quiet_s, config.release_quiet_s);
    if (const std::string error = in.finish(); !error.empty()) return wrong(error);
  }
  if (const nlohmann::json* overrides = reader.find("override"); overrides != nullptr) {
    const std::string error = read_overrides(*overrides, reader.at("override"), config.overrides);
    if (!error.empty()) return wrong(error);
  }
  const std::string error = reader.finish();
  if (!error.empty()) return wrong(error);
  return config;
}

Result<Config> read_config(const std::string& file, bool required) {
  const Result<std::string> text = read_file(file, config_limits.bytes);
  if (text) return parse_config(file, *text);
  if (text.error().code == "enoent" && !required) return Config{};
  return Error{"bad_config", text.error().message};
}

}  // namespace guardd
