// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/operation.hpp"
#include "core/recognition.hpp"
#include "core/result.hpp"
#include "core/strict_json.hpp"

namespace guardd {

/// What a rule can be about; the reason code of its refusals has the same name (docs/policy.md).
inline constexpr std::string_view rule_facts[] = {
    "dataset.active",     "dataset.at_rest",   "dataset.remembered", "role.primary",
    "role.unknown",       "replicas.attached", "clients.connected",  "device.in_use",
    "mount.unrecognised", "mount.missing",     "path.protected",     "device.unrecognised",
};

/// The inspectors that policy may require, by the name in their reports.
inline constexpr std::string_view inspector_names[] = {
    "processes", "open_files", "storage", "signatures", "data_directories", "memory", "clients", "boot",
};

/// The role probes that a service may name.
inline constexpr std::string_view role_probes[] = {"mysql"};

struct Rule {
  std::string id;    ///< "data/active"
  std::string fact;  ///< one of rule_facts
  std::set<Operation> refuses;
  std::vector<std::string> services;  ///< only about these; empty: about all
  std::string remedy;                 ///< what to do next, for people
  bool operator==(const Rule&) const = default;
};

/// "Not this one, and here is why." An exception lifts reasons that match all of what it names; it is shown in every
/// answer.
struct Exception {
  std::string rule;     ///< a rule's id, or empty for any
  std::string service;  ///< or empty
  std::string path;     ///< a dataset's or mount's path, exact, or empty
  std::string reason;
  std::optional<std::int64_t> until_s;  ///< seconds since the epoch; lapses then
  std::string file;                     ///< where it stands
  bool operator==(const Exception&) const = default;
};

/// What is a known part of the system among the devices that nobody mounts. Each member that is not empty must match.
struct SystemDevice {
  std::string type;                                       ///< of the signature, "swap"
  std::string label;                                      ///< of the signature, "cidata"
  std::string part_type;                                  ///< of the partition, as BlockDeviceFact::part_type
  std::string name;                                       ///< of the device, "zram*"
  auto operator<=>(const SystemDevice&) const = default;  // NOLINT(modernize-use-nullptr): as in core/facts.hpp
};

/// One policy file's content, before merging.
struct PolicyFile {
  std::string path;
  std::map<std::string, Recognition> services;
  std::vector<Rule> rules;
  std::vector<std::string> system_mounts;  ///< mount points that are the system's own; `*` matches one component
  std::vector<SystemDevice> system_devices;
  std::vector<std::string> protected_paths;
  std::vector<std::string> required_inspectors;
  std::vector<Exception> exceptions;
  std::optional<std::int64_t> freshness_ms;
};

/// The merged policy: one immutable, numbered generation. The order of the files does not matter: services and rules
/// are united, and nothing in one file removes what another says.
struct Policy {
  std::uint64_t generation = 0;
  std::string digest;  ///< "sha256:..." over the files' names and bytes; made by the reader
  std::map<std::string, Recognition> services;
  std::map<std::string, Rule> rules;
  std::set<std::string> system_mounts;
  std::set<SystemDevice> system_devices;
  std::set<std::string> protected_paths;
  std::set<std::string> required_inspectors;
  std::vector<Exception> exceptions;
  std::int64_t freshness_ms = 1000;  ///< the smallest that any file says, 1000 if none does

  [[nodiscard]] std::vector<Recognition> recognitions() const;
  bool operator==(const Policy&) const = default;
};

/// Bounds of one policy file.
inline constexpr JsonLimits policy_limits{.bytes = std::size_t{1024} * 1024, .depth = 8, .values = 65536};
inline constexpr std::size_t max_policy_list = 1024;  ///< entries of one list, services, rules or exceptions

/// Where the shipped policies are installed: the floor that every site's policy stands on.
inline constexpr std::string_view shipped_policy_directory = "/usr/share/guardd/policies";

/// Reads one policy file. The error's message is "FILE: /json/pointer: what is wrong, what is expected"; where the text
/// is no JSON, the byte stands in place of the pointer. Error codes: "bad_policy", "too_large".
Result<PolicyFile> parse_policy(std::string_view file, std::string_view text);

/// Whether all files of a policy are there, or only some of it: a site's file on its own may speak of the floor's
/// services.
enum class PolicyExtent { whole, part };

/// Unites files. Fails when two of them say contradictory things (one rule id with two facts, one service with two role
/// probes). Of a whole policy also when one names a service or a rule that none defines, and when a service has nothing
/// to be recognised by: each would be a rule that silently never applies. The message is as parse_policy's.
Result<Policy> merge_policies(const std::vector<PolicyFile>& files, PolicyExtent extent = PolicyExtent::whole);

}  // namespace guardd
