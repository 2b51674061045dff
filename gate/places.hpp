// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// The gate between permits and services that start: small files that guardd and guardctl share, so that the gate works
/// with guardd alive or not. What each of them means is core/permit.hpp's; docs/permits.md describes them for people.
namespace guardd::gate {

/// Where those files are.
struct Places {
  std::string run;    ///< of the socket: "/run/guardd"; gone with the boot
  std::string state;  ///< "/var/lib/guardd"; outlives it

  [[nodiscard]] std::string lock() const { return run + "/start.lock"; }
  /// A mirror of each permit that is under way, for everybody to read.
  [[nodiscard]] std::string mirrors() const { return run + "/permits"; }
  /// A mirror of each permit whose operation has begun and is not known to have ended whole; root's alone.
  [[nodiscard]] std::string begun() const { return state + "/begun"; }
  [[nodiscard]] std::string starts() const { return run + "/starts"; }
  /// Services that a permit kept from starting.
  [[nodiscard]] std::string waiting() const { return run + "/waiting"; }
};

}  // namespace guardd::gate
