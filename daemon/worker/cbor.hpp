// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>

#include "core/result.hpp"

namespace guardd {

struct CborLimits {
  std::size_t bytes = std::size_t{16} * 1024 * 1024;
  std::size_t depth = 16;
  std::size_t values = 2'000'000;  ///< a JSON value takes 16 bytes and more, a CBOR one may take one
};

/// One whole CBOR document. The limits hold before anything is built of it: nlohmann's reader recurses once a level, so
/// that a worker that was taken over could end guardd with 16 MiB of opening brackets. Error: "malformed".
Result<nlohmann::json> parse_cbor(std::span<const std::uint8_t> bytes, const CborLimits& limits = {});

}  // namespace guardd
