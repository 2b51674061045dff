// SPDX-License-Identifier: Apache-2.0
#include "gate/mirrors.hpp"

#include <algorithm>
#include <utility>

#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire_permit.hpp"
#include "gate/state_files.hpp"
#include "os/join.hpp"

namespace guardd::gate {
namespace {

void add(const std::string& directory, Mirrors& mirrors) {
  StateFiles read = read_state_files(directory);
  std::ranges::move(read.problems, std::back_inserter(mirrors.problems));
  for (const auto& [name, text] : read.files) {
    Result<Permit> permit = parse_mirror(text);
    const std::string path = joined(directory, printable(name));
    if (!permit) {
      mirrors.problems.push_back(path + " is no mirror of a permit: " + permit.error().message);
    } else if (permit->id != name) {
      mirrors.problems.push_back(path + " is of permit " + printable(permit->id));
    } else if (std::ranges::find(mirrors.permits, name, &Permit::id) == mirrors.permits.end()) {
      mirrors.permits.push_back(std::move(permit).value());
    }
  }
}

/// Its operation has begun, destroys, and is not known to have ended whole.
bool outlives_boot(const Permit& permit) {
  return permit.began && permit.operation != Operation::reboot && permit.state != PermitState::ended;
}

Result<bool> keep(bool wanted, const std::string& directory, const Permit& permit, unsigned mode, bool durable) {
  if (!wanted) return remove_state_file(directory, permit.id, durable);
  return write_state_file(directory, permit.id, to_text(mirror_json(permit)), mode, durable);
}

}  // namespace

Mirrors read_mirrors(const Places& places) {
  Mirrors mirrors;
  add(places.mirrors(), mirrors);
  add(places.begun(), mirrors);
  return mirrors;
}

Result<bool> mirror(const Places& places, const Permit& permit) {
  const bool under_way = occupies(permit);
  const auto for_all = [&] { return keep(under_way, places.mirrors(), permit, 0644, false); };
  const auto for_root = [&] { return keep(outlives_boot(permit), places.begun(), permit, 0600, true); };
  // What replaces another one is there before that goes: the gate is open at no moment between.
  Result<bool> first = under_way ? for_all() : for_root();
  Result<bool> second = under_way ? for_root() : for_all();
  return first ? second : first;
}

}  // namespace guardd::gate
