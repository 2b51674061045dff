// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "core/decide/weighing.hpp"
#include "core/host_names.hpp"

namespace guardd::decide_detail {
namespace {

/// systemd's SystemState once the boot's job queue has been empty: org.freedesktop.systemd1(5). "none": no systemd
/// here.
bool has_booted(std::string_view state) {
  constexpr std::array<std::string_view, 4> states{"running", "degraded", "stopping", "none"};
  return std::ranges::find(states, state) != states.end();
}

}  // namespace

void weigh_inspectors(Weighing& weighing) {
  const std::string remedy =
      "see the inspector's problems in `guardctl status`; guardd must run as root in the host's own namespaces";
  for (const std::string& name : weighing.policy.required_inspectors) {
    const auto found = std::ranges::find(weighing.snapshot.inspectors, name, &InspectorReport::name);
    if (found == weighing.snapshot.inspectors.end()) {
      weighing.add(unknown("inspector.failed", "the inspector \"" + name + "\" did not report", remedy));
      continue;
    }
    if (found->health == Health::ok) continue;
    std::string message = "the inspector \"" + name + "\" could not see everything: ";
    message += found->problems.empty() ? "no reason given" : found->problems.front();
    Reason reason = unknown("inspector.failed", std::move(message), remedy);
    for (const std::string& problem : found->problems) {
      if (reason.evidence.size() == max_evidence) break;
      reason.evidence.push_back({.inspector = name, .pid = {}, .exe = {}, .file = {}, .detail = problem});
    }
    weighing.add(std::move(reason));
  }
  const Snapshot& snapshot = weighing.snapshot;
  const bool too_old = snapshot.began_boot_ms < weighing.now.asked_boot_ms - weighing.policy.freshness_ms;
  const bool from_the_future = snapshot.began_boot_ms > weighing.now.boot_ms;
  if (too_old || from_the_future) {
    weighing.add(unknown("snapshot.stale", "the last look at this host is too old to be trusted", "ask again"));
  }
  if (!weighing.ledger.readable.known()) {
    weighing.add(
        unknown("ledger.failed",
                "what people decided can't be read, or an allow not be recorded: " + weighing.ledger.readable.why(),
                "repair guardd's state directory (space, permissions, disk), restart guardd, then ask again"));
  }
  if (!weighing.ledger.lost.empty()) {
    weighing.add(
        unknown("ledger.lost",
                "the ledger is not the one that was here before: " + weighing.ledger.lost + "; holds may be missing",
                "find out what became of it and restore it; or, when nothing is missing: "
                "guardctl audit adopt --reason TEXT"));
  }
}

void weigh_host(Weighing& weighing) {
  const HostFact& host = weighing.snapshot.host;
  const std::string& expected = weighing.request.expect_host;
  const HostNames names{host.hostname, host.machine_id, host.aliases, host.product_uuid};
  const Known<bool> is_expected = expected.empty() ? Known<bool>(true) : is_this_host(names, expected);
  if (!is_expected.known()) {
    weighing.add(unknown("inspector.failed", "whether this host is " + expected + " is not known: " + is_expected.why(),
                         "make the file readable, or expect the host by its hostname"));
  } else if (!is_expected.value()) {
    weighing.add(refusal("host.mismatch", "this host is " + host.hostname + ", not " + expected,
                         "find out why the command reached this host; run it on " + expected));
  }
  const Known<std::string>& state = weighing.snapshot.boot.state;
  if (!state.known()) {
    weighing.add(
        unknown("inspector.failed", "whether the host has finished booting is not known: " + state.why(), "ask again"));
  } else if (!has_booted(state.value())) {
    weighing.add(
        refusal("host.starting",
                "the host has not finished booting (systemd says \"" + state.value() +
                    "\"): services and filesystems may be missing still",
                "wait for the boot to end, `systemctl list-jobs` shows what it waits for; or ask with --wait"));
  }
}

}  // namespace guardd::decide_detail
