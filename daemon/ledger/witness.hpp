// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace guardd::ledger {

/// How far a ledger had come, kept outside of the state directory: it tells when that directory was lost, emptied,
/// replaced, or put back to an earlier state.
struct Witness {
  std::string ledger;  ///< the ledger's own id
  std::int64_t seq = 0;
  std::string hash;  ///< of the record `seq`
};

/// Beside the state directory and not in it: "/var/lib/guardd.witness".
std::string witness_path(const std::string& state_directory);

/// None where there is no such file. An unreadable one is an error ("witness"): it may have told of a loss.
Result<std::optional<Witness>> read_witness(const std::string& path);

/// Replaces it, durably.
Result<bool> write_witness(const std::string& path, const Witness& witness);

}  // namespace guardd::ledger
