// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/config.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Config> config =
      parse_config("guardd.json", std::string_view(reinterpret_cast<const char*>(data), size));
  if (config && config->deadlines.longest_look() > std::chrono::seconds(31)) std::abort();
  return 0;
}
