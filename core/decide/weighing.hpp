// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/decide.hpp"
#include "core/storage_graph.hpp"
#include "core/trace.hpp"

/// Inside of decide(): one weighing is one question under consideration. Each function of this directory looks at one
/// kind of fact and adds the reasons that it finds; none takes a reason away.
namespace guardd::decide_detail {

/// An answer must stay readable: the first ones, of each reason.
inline constexpr std::size_t max_evidence = 8;

struct Weighing {
  const Snapshot& snapshot;
  const Policy& policy;
  const Ledger& ledger;
  const CheckRequest& request;
  Now now;

  StorageGraph graph;
  MountIndex mounts;
  std::vector<Dataset> datasets;
  std::set<DeviceNumber> target_devices;     ///< of targets that are block devices
  std::vector<const Target*> target_paths;   ///< of targets that are paths, those that could be placed
  std::vector<FsLocation> target_locations;  ///< where those lie

  std::vector<Reason> reasons;

  /// A reason of every rule that is about this fact, this service and this operation; none where policy has no such
  /// rule.
  void refuse_by_rule(std::string_view fact, std::string_view service, const Reason& reason);
  /// Whether any rule refuses this operation because of this fact.
  [[nodiscard]] bool has_rule(std::string_view fact) const;
  void add(Reason reason) { reasons.push_back(std::move(reason)); }
};

Reason unknown(std::string_view code, std::string message, std::string remedy);
Reason refusal(std::string_view code, std::string message, std::string remedy);

/// Places the targets in guardd's own view of the host; what can't be placed is target.untraceable.
void place_targets(Weighing& weighing);
/// True when destroying the targets (or the host) would touch something on these devices at these locations.
bool touches(const Weighing& weighing, const std::vector<DeviceNumber>& devices,
             const std::vector<FsLocation>& locations, bool traceable);

/// True when it would touch what somebody else named as a target, of a hold or a permit.
bool touches_target(const Weighing& weighing, const Target& target);

/// What lies under a path of the host's, which need not be a target.
Trace trace_host_path(const Weighing& weighing, const std::string& path);

void weigh_inspectors(Weighing& weighing);
void weigh_host(Weighing& weighing);
void weigh_datasets(Weighing& weighing);
void weigh_memories(Weighing& weighing);
void weigh_holds(Weighing& weighing);
void weigh_permits(Weighing& weighing);
void weigh_mounts(Weighing& weighing);
void weigh_protected_paths(Weighing& weighing);
void weigh_device_use(Weighing& weighing);
void weigh_devices(Weighing& weighing);
void weigh_ambiguity(Weighing& weighing);
void lift_by_exceptions(Weighing& weighing, std::vector<Lifted>& lifted);
void lift_by_releases(Weighing& weighing, std::vector<Lifted>& lifted);
/// What is left after that, by an override that is in force for exactly this question. Its id, when it lifted anything.
std::string lift_by_override(Weighing& weighing, std::vector<Lifted>& lifted);

/// "mysql primary at /var/lib/mysql", for messages.
std::string describe(const Dataset& dataset);

}  // namespace guardd::decide_detail
