// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "gate/places.hpp"

namespace guardd::gate {

/// Whether it may be the name of a systemd unit, systemd.unit(5): letters, digits and ":-_.\@", a suffix after a dot,
/// 255 bytes at most.
bool is_unit_name(std::string_view name);

/// A service that was kept from starting, and that guardd starts when the last permit is over. Under the lock.
Result<bool> note_waiting(const Places& places, const std::string& service);
std::vector<std::string> read_waiting(const Places& places);
Result<bool> forget_waiting(const Places& places, const std::string& service);

}  // namespace guardd::gate
