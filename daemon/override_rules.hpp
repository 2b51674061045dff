// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace guardd {

/// The key "override" of guardd.json, docs/override.md.
struct OverrideRules {
  std::size_t approvals = 2;  ///< people that it takes, where there are signers
  std::string allowed_signers = "/etc/guardd/allowed_signers";
  /// Where the configuration names that file, its absence does not mean that there are no signers.
  bool signers_must_exist = false;
  bool without_signers = true;  ///< where there are none, root may approve alone
  std::int64_t valid_s = 900;   ///< from the request on
};

}  // namespace guardd
