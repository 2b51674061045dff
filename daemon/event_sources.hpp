// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/kernel_events/source.hpp"

namespace guardd {

/// All that there are, as guardd.json and GET /v1/status call them.
inline constexpr std::array<std::string_view, 5> event_source_names{"processes", "ends", "mounts", "swap", "devices"};

/// Each of them, in that order; those in `unused` are there and never tell.
std::vector<std::unique_ptr<EventSource>> open_event_sources(const std::set<std::string, std::less<>>& unused);

}  // namespace guardd
