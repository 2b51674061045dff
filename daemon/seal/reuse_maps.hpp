// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <array>
#include <optional>
#include <utility>

#include "os/read.hpp"
#include "seal/pinned_seal.hpp"

namespace guardd::seal {

/// Gives a program that is not loaded yet the maps of a seal that is pinned already, in place of its own. `Program` is
/// a skeleton of bpftool(8) with the maps of daemon/seal/bpf/decision.h.
template <typename Program>
std::optional<Error> reuse_maps(Program& program, const Pinned& pinned) {
  const std::array<std::pair<bpf_map*, int>, 5> maps{{{program.maps.sealed, pinned.sealed.get()},
                                                      {program.maps.exempt, pinned.exempt.get()},
                                                      {program.maps.settings, pinned.settings.get()},
                                                      {program.maps.counters, pinned.counters.get()},
                                                      {program.maps.events, pinned.events.get()}}};
  for (const auto& [map, fd] : maps) {
    const int result = bpf_map__reuse_fd(map, fd);
    if (result != 0) return os_error(-result, "a pinned map of the seal");
  }
  return std::nullopt;
}

}  // namespace guardd::seal
