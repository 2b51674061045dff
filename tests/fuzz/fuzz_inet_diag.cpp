// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <span>

#include "daemon/inspect/inet_diag.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(guardd::parse_inet_diag(std::as_bytes(std::span(data, size))));
  return 0;
}
