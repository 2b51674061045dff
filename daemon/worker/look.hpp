// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/recognition.hpp"
#include "core/snapshot.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd {

/// How long each inspector may look; its worker is killed `late` after that. A look has two stages (processes and boot,
/// then the rest), so that by default it ends within 3000 + 1700 ms: less than the 5 s for which guardctl waits. A wipe
/// waits for a running look, has one of its own, and then asks about its targets: on a host where everything hangs that
/// is later than guardctl waits, which is unknown too.
struct Deadlines {
  std::chrono::milliseconds processes{2800};
  std::chrono::milliseconds boot{2000};
  std::chrono::milliseconds storage{1000};
  std::chrono::milliseconds signatures{1000};
  std::chrono::milliseconds data{1500};  ///< and what the first stage leaves of its time
  std::chrono::milliseconds memory{1500};
  std::chrono::milliseconds clients{1000};
  std::chrono::milliseconds role{1000};
  std::chrono::milliseconds claims{1000};
  std::chrono::milliseconds targets{2500};
  std::chrono::milliseconds late{200};

  /// The longest that a look can take.
  [[nodiscard]] std::chrono::milliseconds longest_look() const;
};

/// Servers that are asked for their role in one look; the others' role is unknown.
inline constexpr std::size_t max_role_probes = 16;

/// One look: what to look for, and what it is to be called.
struct LookOrder {
  std::uint64_t generation = 0;
  std::int64_t began_boot_ms = 0;
  std::int64_t began_wall_s = 0;
  std::vector<Recognition> recognitions;
  std::vector<RememberedDataset> remembered;
  std::string credentials_file;
  Deadlines deadlines;
  bool readlink_only = false;  ///< see ProcessesInput
};

/// Runs every inspector once and puts together what they saw. Whatever fails is a failed report: it ends within
/// `longest_look()`.
boost::asio::awaitable<Snapshot> take_look(WorkerRunner& workers, LookOrder order);

}  // namespace guardd
