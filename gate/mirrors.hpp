// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/permit.hpp"
#include "gate/places.hpp"

namespace guardd::gate {

struct Mirrors {
  std::vector<Permit> permits;        ///< with what mirror_json() of core/wire_permit.hpp has
  std::vector<std::string> problems;  ///< what could not be read; each for people
};
/// What Places::mirrors() and Places::begun() hold. One that is in both counts as it is in the former, which is newer.
Mirrors read_mirrors(const Places& places);

/// Mirrors the permit as it is: one that occupies() its scope in Places::mirrors(), one that has begun and destroys
/// also, durably, in Places::begun(), where one that was interrupted stays alone. Of one that is over nothing is left.
/// Waits for the disk, so not for the loop.
Result<bool> mirror(const Places& places, const Permit& permit);

}  // namespace guardd::gate
