// SPDX-License-Identifier: Apache-2.0
#include "core/release.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/dataset_id.hpp"
#include "core/release_candidates.hpp"
#include "core/snapshot.hpp"
#include "core/utc.hpp"

namespace guardd {
namespace {

/// Between the last look that heard a healthy replica and the first that found it stopped: longer, and it may have been
/// promoted in between.
constexpr std::int64_t longest_unwatched_s = 180;
/// A server may end, and write, while the look runs that finds it gone; dated is that look by its beginning.
constexpr std::int64_t longest_look_s = 10;
constexpr std::int64_t second_ns = 1'000'000'000;

/// What must have seen everything, for "no process has it" to be known.
constexpr std::array<std::string_view, 5> witnesses{"processes", "open_files", "storage", "data_directories", "memory"};

const InspectorReport* blind_witness(const Snapshot& snapshot) {
  for (const std::string_view name : witnesses) {
    const auto found = std::ranges::find(snapshot.inspectors, name, &InspectorReport::name);
    if (found == snapshot.inspectors.end()) {
      static const InspectorReport missing{.name = "an inspector", .problems = {"it did not report"}};
      return &missing;
    }
    if (found->health != Health::ok) return &*found;
  }
  return nullptr;
}

const MemoryFact* fact_of(const Snapshot& snapshot, const std::string& dataset) {
  const auto fact = std::ranges::find(snapshot.memories, dataset, &MemoryFact::id);
  return fact == snapshot.memories.end() ? nullptr : &*fact;
}

struct Event {
  std::int64_t at_s = 0;
  std::string_view what;
};

/// The last thing that happened to it.
Event last_event(const DatasetMemory& memory, const MemoryFact* fact) {
  std::array events{Event{memory.first_seen_s, "guardd first saw it"}, Event{memory.last_active_s, "it was in use"},
                    Event{memory.last_clients_s, "it had clients"}, Event{memory.last_written_s, "it was written to"},
                    Event{}};
  if (fact != nullptr && fact->watermark.known()) {
    events.back() = {fact->watermark.value().newest_ns / second_ns, "something in its directory changed"};
  }
  return *std::ranges::max_element(events, {}, &Event::at_s);
}

bool last_was_healthy_replica(const DatasetMemory& memory) {
  const std::int64_t heard_s = memory.heard_s > 0 ? memory.heard_s : memory.last_active_s;
  const std::int64_t heard_boot_ms = memory.heard_s > 0 ? memory.heard_boot_ms : memory.active_boot_ms;
  const bool was_set_back = memory.inactive_boot_ms > 0 && heard_boot_ms > 0 &&
                            memory.inactive_boot_ms - heard_boot_ms > longest_unwatched_s * 1000;
  return memory.was_healthy_replica && memory.last_active_s > 0 &&
         memory.inactive_since_s >= std::max(memory.last_active_s, heard_s) &&
         memory.inactive_since_s - heard_s <= longest_unwatched_s && !was_set_back;
}

/// Why it may not be released as a replica that was drained; empty: it may. What came after the look that found it
/// stopped nobody watched, and of a filesystem that is not mounted nobody can tell.
std::string why_no_replica(const DatasetMemory& memory, const MemoryFact& fact) {
  if (!last_was_healthy_replica(memory)) {
    const std::string was =
        memory.last_active_s > 0 ? " (it was " + std::string(to_string(memory.last_role)) + ")" : "";
    return "was no healthy replica when it was last in use" + was;
  }
  if (fact.whereabouts != Whereabouts::here) {
    return "was a healthy replica, and is not mounted: what was written to it since can't be told";
  }
  const std::int64_t newest_s = std::max(memory.last_written_s, fact.watermark.value().newest_ns / second_ns);
  if (newest_s <= memory.inactive_since_s + longest_look_s) return "";
  return "was a healthy replica, and was written to at " + utc_text(newest_s) + ", after guardd had seen it stopped";
}

/// How long nothing has happened to it by the time since boot, where that was in this boot: a clock that is set forward
/// makes no time pass.
std::optional<std::int64_t> quiet_since_boot_s(const DatasetMemory& memory, const Snapshot& snapshot) {
  if (memory.boot_id.empty() || memory.boot_id != snapshot.host.boot_id) return std::nullopt;
  return (snapshot.began_boot_ms - memory.event_boot_ms) / 1000;
}

bool is_in_use(const Release& release, const Snapshot& snapshot) {
  const StorageGraph graph(snapshot.devices, snapshot.mounts);
  return std::ranges::any_of(snapshot.devices, [&](const BlockDeviceFact& device) {
    const std::vector<DeviceIdentity> identity = identify_devices(snapshot, graph, {device.device});
    return !identity.empty() && is_same_device(release.device, identity.front()) &&
           is_in_use(snapshot, graph, device.device);
  });
}

ReleaseJudgement refused(std::string why, std::string remedy) {
  return {.basis = {}, .why_not = std::move(why), .remedy = std::move(remedy)};
}

/// Neither a replica nor quiet for long enough: what happened when, and what can be done.
ReleaseJudgement refused_by_history(const std::string& why, const DatasetMemory& memory, const Event& last,
                                    std::int64_t quiet_s, std::int64_t quiet_by_boot_s, const ReleaseTerms& terms) {
  const std::string approve = "; or, when it must be destroyed before, let its release be approved: " +
                              ("guardctl override request release " + memory.id) + " --reason \"...\"";
  if (quiet_s >= terms.quiet_s) {
    return refused(why + ", and something happened to it " + span_text(quiet_by_boot_s) +
                       " ago by the time since boot: the clock was set forward since",
                   "release it in " + span_text(terms.quiet_s - quiet_by_boot_s) + approve);
  }
  return refused(why + ", and " + std::string(last.what) + " at " + utc_text(last.at_s) + ", less than " +
                     span_text(terms.quiet_s) + " ago",
                 "release it after " + utc_text(last.at_s + terms.quiet_s) + approve);
}

}  // namespace

ReleaseJudgement judge_release(const DatasetMemory& memory, const Snapshot& snapshot,
                               const std::vector<Dataset>& datasets, const ReleaseTerms& terms) {
  const std::string name = memory.service + " at " + memory.path;
  const auto dataset = std::ranges::find(datasets, memory.id, &Dataset::id);
  if (dataset != datasets.end() && dataset->state == DatasetState::active) {
    return refused(name + " is in use", "stop what uses it; guardctl status names it");
  }
  if (const InspectorReport* const blind = blind_witness(snapshot)) {
    return refused("whether " + name + " is in use is not known: " + blind->name + ": " +
                       (blind->problems.empty() ? "it gave no reason" : blind->problems.front()),
                   "see the inspector's problems in guardctl status");
  }
  const MemoryFact* const fact = fact_of(snapshot, memory.id);
  if (fact == nullptr || fact->whereabouts == Whereabouts::unknown) {
    return refused("what became of " + name + " is not known" + (fact == nullptr ? "" : ": " + fact->why), "ask again");
  }
  if (fact->whereabouts == Whereabouts::here && !fact->watermark.known()) {
    return refused("how far " + name + " has come can't be told: " + fact->watermark.why(), "ask again");
  }
  if (terms.wall_s < terms.latest_s) {
    return refused("the clock was set back: when " + name + " was last used can't be told", "set the clock right");
  }
  const std::string no_replica = why_no_replica(memory, *fact);
  if (no_replica.empty()) return {.basis = "it last was a healthy replica", .why_not = {}, .remedy = {}};
  const Event last = last_event(memory, fact);
  const std::int64_t quiet_s = terms.wall_s - last.at_s;
  const std::int64_t quiet_by_boot_s = quiet_since_boot_s(memory, snapshot).value_or(quiet_s);
  if (quiet_s >= terms.quiet_s && quiet_by_boot_s >= terms.quiet_s) {
    return {.basis = "nothing has happened to it for " + span_text(quiet_s), .why_not = {}, .remedy = {}};
  }
  if (!terms.approval.empty()) {
    return {.basis = terms.approval, .why_not = {}, .remedy = {}, .used_approval = true};
  }
  ReleaseJudgement no = refused_by_history(name + " " + no_replica, memory, last, quiet_s, quiet_by_boot_s, terms);
  if (last_was_healthy_replica(memory) && fact->whereabouts != Whereabouts::here) {
    no.remedy = "mount its filesystem and release it then; or " + no.remedy;
  }
  return no;
}

std::string why_lapsed(const Release& release, const Snapshot& snapshot, const std::vector<Dataset>& datasets) {
  if (release.dataset.empty()) return is_in_use(release, snapshot) ? "its device is in use" : "";
  const auto dataset = std::ranges::find(datasets, release.dataset, &Dataset::id);
  if (dataset != datasets.end() && dataset->state == DatasetState::active) return "it is in use";
  const MemoryFact* const fact = fact_of(snapshot, release.dataset);
  if (fact == nullptr || fact->whereabouts != Whereabouts::here || !fact->watermark.known()) return "";
  if (!release.watermark.known()) return "its filesystem is mounted again";
  return release.watermark == fact->watermark ? "" : "something in its directory has changed";
}

}  // namespace guardd
