// SPDX-License-Identifier: Apache-2.0
#include "daemon/host_metrics.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "core/dataset.hpp"
#include "core/text.hpp"
#include "daemon/exposition.hpp"

namespace guardd {
namespace {

constexpr std::array outcomes{Outcome::allow, Outcome::unknown, Outcome::refuse};

std::string verdicts(const Basis& basis, const Identity& identity) {
  Metric metric("guardd_verdict", "gauge", "1 for what an operation on the whole host would get, 0 for the others.");
  for (const Operation operation : whole_host_operations) {
    const Outcome outcome = check(basis, whole_host(operation), identity).outcome;
    for (const Outcome one : outcomes) {
      metric.sample({{"operation", to_string(operation)}, {"verdict", to_string(one)}}, one == outcome ? 1 : 0);
    }
  }
  return metric.text();
}

std::string datasets(const Snapshot& snapshot) {
  std::map<std::tuple<std::string, std::string_view, std::string_view>, int> count;
  for (const Dataset& dataset : assemble_datasets(snapshot)) {
    ++count[{printable(dataset.service), to_string(dataset.state), to_string(dataset.role)}];
  }
  Metric metric("guardd_datasets", "gauge", "Bodies of data on this host.");
  for (const auto& [key, number] : count) {
    const auto& [service, state, role] = key;
    metric.sample({{"service", service}, {"state", state}, {"role", role}}, number);
  }
  return metric.text();
}

std::string inspectors(const Snapshot& snapshot) {
  Metric up("guardd_inspector_up", "gauge", "Whether an inspector saw all that it should in the last look.");
  Metric took("guardd_inspector_duration_seconds", "gauge", "How long an inspector took in the last look.");
  for (const InspectorReport& report : snapshot.inspectors) {
    up.sample({{"inspector", report.name}}, report.health == Health::ok ? 1 : 0);
    took.sample({{"inspector", report.name}}, static_cast<double>(report.duration_us) / 1e6);
  }
  return up.text() + took.text();
}

std::string decisions(const Ledger& ledger, std::int64_t wall_s) {
  const auto in_force = [&](const Hold& hold) { return !has_lapsed(hold, ledger, wall_s); };
  Metric permits("guardd_permits", "gauge", "Permits that have not ended.");
  std::map<std::string_view, int> states;
  for (const Permit& permit : ledger.permits) {
    if (permit.state != PermitState::ended) ++states[to_string(permit.state)];
  }
  for (const auto& [state, number] : states) permits.sample({{"state", state}}, number);
  const bool can_be_written = ledger.readable.known() && ledger.lost.empty();
  return Metric("guardd_holds", "gauge", "Holds in force.")
             .sample({}, std::ranges::count_if(ledger.holds, in_force))
             .text() +
         Metric("guardd_releases", "gauge", "Releases in force.").sample({}, ledger.releases.size()).text() +
         permits.text() +
         Metric("guardd_ledger_up", "gauge", "Whether the ledger can be read and written.")
             .sample({}, can_be_written ? 1 : 0)
             .text();
}

}  // namespace

std::string host_metrics(const Basis& basis, const Identity& identity) {
  const double age_s = static_cast<double>(basis.now.boot_ms - basis.snapshot.began_boot_ms) / 1000;
  return verdicts(basis, identity) + datasets(basis.snapshot) + inspectors(basis.snapshot) +
         decisions(basis.ledger, basis.now.wall_s) +
         Metric("guardd_snapshot_age_seconds", "gauge", "Since the last look began.").sample({}, age_s).text() +
         Metric("guardd_policy_generation", "gauge", "Counts the policies that have been in force.")
             .sample({}, basis.policy.generation)
             .text();
}

}  // namespace guardd
