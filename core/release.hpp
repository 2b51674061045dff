// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/dataset_memory.hpp"
#include "core/facts.hpp"

namespace guardd {

/// An operator's "this may be destroyed": of one dataset as it was then, or of one device that nobody vouched for. It
/// lapses on any change.
struct Release {
  std::string id;       ///< "r7"; given by the ledger
  std::string dataset;  ///< Dataset::id; empty: of a device
  std::string path;     ///< of the dataset, for people
  Watermark watermark;  ///< of the dataset when it was released
  std::optional<DeviceIdentity> device;
  std::optional<Signature> signature;  ///< what the device carried
  std::string basis;                   ///< why it was granted: "healthy replica", "quiet for 3d", "approved by ..."
  std::string reason;
  std::string by;
  std::int64_t added_s = 0;  ///< seconds since the epoch
  bool operator==(const Release&) const = default;
};

}  // namespace guardd
