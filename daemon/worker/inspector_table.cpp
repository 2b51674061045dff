// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/inspector_table.hpp"

#include <array>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/task_file_iterator.hpp"
#include "daemon/units/units.hpp"
#include "daemon/worker/protocol.hpp"
#include "daemon/worker/sight.hpp"
#include "os/fd.hpp"

namespace guardd {
namespace {

const HostRoot& host() {
  static const HostRoot root;
  return root;
}

template <typename Output>
nlohmann::json seen(Output output) {
  add_sight_problems(output.reports, sight_problems(host()));
  return nlohmann::json(output);
}

template <typename Input, auto inspect>
nlohmann::json run(const nlohmann::json& input) {
  return seen(inspect(input.get<Input>(), host()));
}

/// Made by the fork server, before it forks anyone, and inherited.
const Result<Fd>& inherited_link() {
  static const Result<Fd> link = walk::load_task_file_iterator();
  return link;
}

nlohmann::json run_processes(const nlohmann::json& input) {
  return seen(inspect_processes(input.get<ProcessesInput>(), host(), walk::iterator_at_hand(inherited_link())));
}

nlohmann::json run_boot(const nlohmann::json&) { return seen(inspect_boot(host())); }

nlohmann::json run_role(const nlohmann::json& input) {
  return nlohmann::json(probe_role(input.get<RoleInput>(), host()));
}

nlohmann::json run_approval(const nlohmann::json& input) {
  return nlohmann::json(check_approval(input.get<ApprovalInput>(), host()));
}

nlohmann::json run_unit_states(const nlohmann::json& input) {
  return nlohmann::json(read_unit_states(input.get<UnitsInput>(), host()));
}

nlohmann::json run_start_units(const nlohmann::json& input) {
  return nlohmann::json(start_failed_units(input.get<UnitsInput>(), host()));
}

constexpr std::array<InspectorEntry, 13> entries{{
    {"processes", run_processes},
    {"boot", run_boot},
    {"storage", run<StorageInput, inspect_storage>},
    {"signatures", run<SignaturesInput, inspect_signatures>},
    {"data", run<DataInput, inspect_data>},
    {"memory", run<MemoryInput, inspect_memory>},
    {"clients", run<ClientsInput, inspect_clients>},
    {"claims", run<ClaimsInput, inspect_claims>},
    {"targets", run<TargetsInput, inspect_targets>},
    {"role", run_role},
    {"approval", run_approval},
    {"unit_states", run_unit_states},
    {"start_units", run_start_units},
}};

}  // namespace

InspectorTable inspector_table() { return entries; }

int prepare_inspectors() { return inherited_link() ? inherited_link()->get() : -1; }

}  // namespace guardd
