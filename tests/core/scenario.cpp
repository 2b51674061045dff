// SPDX-License-Identifier: Apache-2.0
#include "tests/core/scenario.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "core/facts_json.hpp"
#include "core/wire.hpp"
#include "core/wire_override.hpp"
#include "core/wire_permit.hpp"
#include "core/wire_targets.hpp"

namespace guardd::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path source_dir = GUARDD_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

std::vector<fs::path> json_files(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".json") && !name.ends_with(".schema.json")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<PolicyFile> shipped_files() {
  std::vector<PolicyFile> files;
  for (const fs::path& path : json_files(source_dir / "policies")) {
    files.push_back(must(parse_policy(path.string(), read(path))));
  }
  return files;
}

Policy policy_with(const json& extra) {
  static const std::vector<PolicyFile> shipped = shipped_files();
  static const Policy without = must(merge_policies(shipped));
  if (extra.is_null()) return without;
  std::vector<PolicyFile> files = shipped;
  files.push_back(must(parse_policy("site.json", extra.dump())));
  return must(merge_policies(files));
}

/// An applied one of this host and boot, but for what the scenario says.
Override override_of(const json& text, const json& host) {
  json record{{"operation", "reinstall"},
              {"scope", text.contains("targets") ? "targets" : "host"},
              {"reason", "the data is gone already"},
              {"by", "root (uid 0)"},
              {"nonce", "4k7q-f2mz"},
              {"host", host["hostname"]},
              {"machine_id", host["machine_id"]},
              {"boot_id", host["boot_id"]},
              {"requested_boot_ms", 100'000},
              {"expires_boot_ms", 200'000},
              {"state", "applied"},
              {"approvals", {{{"principal", "ann"}}, {{"principal", "bob"}}}}};
  record.update(text);
  record.erase("id");
  Override override_ = must(parse_override_record(record.dump()));
  override_.id = text["id"];
  return override_;
}

/// One whose command runs, but for what the scenario says.
Permit permit_of(const json& text, const json& host) {
  json record{{"operation", "reinstall"},
              {"scope", text.contains("targets") ? "targets" : "host"},
              {"holder", {{"pid", 4711}, {"start_ticks", 99}}},
              {"command", true},
              {"boot_id", host["boot_id"]},
              {"expires_boot_ms", 200'000},
              {"state", "running"},
              {"began", true},
              {"cgroup", "/guardd.permits/p1"},
              {"by", "root (uid 0)"}};
  record.update(text);
  record.erase("id");
  Permit permit = must(parse_permit_record(record.dump()));
  permit.id = text["id"];
  return permit;
}

Ledger ledger_of(const json& text, const json& host) {
  Ledger ledger;
  if (text.contains("unreadable")) ledger.readable = Unknown{text["unreadable"]};
  ledger.lost = text.value("lost", "");
  ledger.latest_s = text.value("latest_s", std::int64_t{0});
  for (const json& hold : text.value("holds", json::array())) {
    ledger.holds.push_back({.id = hold["id"],
                            .operation = parse_operation(hold["operation"].get<std::string>()).value(),
                            .targets = must(parse_targets(hold.value("targets", json::array()).dump())),
                            .reason = hold["reason"],
                            .by = hold["by"],
                            .added_s = 0,
                            .until_s = {}});
    if (hold.contains("until_s")) ledger.holds.back().until_s = hold["until_s"].get<std::int64_t>();
  }
  ledger.memories = text.value("memories", std::vector<DatasetMemory>());
  ledger.releases = text.value("releases", std::vector<Release>());
  for (const json& one : text.value("overrides", json::array())) ledger.overrides.push_back(override_of(one, host));
  for (const json& one : text.value("permits", json::array())) ledger.permits.push_back(permit_of(one, host));
  for (const json& one : text.value("starts", json::array()))
    ledger.starts.push_back(must(parse_start_intent(one.dump())));
  return ledger;
}

json append(json facts, const json& add) {
  for (const auto& [list, items] : add.items()) {
    for (const json& item : items) facts[list].push_back(item);
  }
  return facts;
}

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::vector<Scenario> read_scenarios() {
  const json base = json::parse(read(source_dir / "tests/scenarios/bare-host.json"));
  std::vector<Scenario> scenarios;
  for (const fs::path& path : json_files(source_dir / "tests/scenarios")) {
    const json text = json::parse(read(path));
    json facts = base["snapshot"];
    facts.update(text.value("patch", json::object()));
    Scenario scenario;
    scenario.name = path.stem();
    scenario.add = text.value("add", json::object());
    scenario.snapshot = append(facts, scenario.add).get<Snapshot>();
    scenario.policy = policy_with(text.contains("policy") ? text["policy"] : json());
    scenario.ledger = ledger_of(text.value("ledger", json::object()), base["snapshot"]["host"]);
    scenario.request = must(parse_check_request(text["request"].dump()));
    json now = base["now"];
    now.update(text.value("now", json::object()));
    scenario.now = {.boot_ms = now["boot_ms"], .asked_boot_ms = now["asked_boot_ms"], .wall_s = now["wall_s"]};
    scenario.want = text["want"];
    scenarios.push_back(std::move(scenario));
  }
  return scenarios;
}

}  // namespace

const std::vector<Scenario>& load_scenarios() {
  static const std::vector<Scenario> scenarios = read_scenarios();
  return scenarios;
}

Snapshot with_facts(Snapshot snapshot, const Snapshot& more) {
  append(snapshot.processes, more.processes);
  append(snapshot.open_files, more.open_files);
  append(snapshot.open_devices, more.open_devices);
  append(snapshot.busy_directories, more.busy_directories);
  append(snapshot.mounts, more.mounts);
  append(snapshot.filesystems, more.filesystems);
  append(snapshot.devices, more.devices);
  append(snapshot.claims, more.claims);
  append(snapshot.target_looks, more.target_looks);
  append(snapshot.signatures, more.signatures);
  append(snapshot.directories, more.directories);
  append(snapshot.memories, more.memories);
  append(snapshot.listeners, more.listeners);
  append(snapshot.roles, more.roles);
  append(snapshot.inspectors, more.inspectors);
  return snapshot;
}

std::vector<std::string> codes(const Verdict& verdict) {
  std::vector<std::string> result;
  for (const Reason& reason : verdict.reasons) result.push_back(reason.code);
  std::ranges::sort(result);
  return result;
}

}  // namespace guardd::test
