// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/facts_json.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (document.is_discarded()) return 0;
  try {
    const auto snapshot = document.get<Snapshot>();
    const nlohmann::json written = snapshot;
    if (nlohmann::json(written.get<Snapshot>()) != written) std::abort();
  } catch (const nlohmann::json::exception&) {
    return 0;
  }
  return 0;
}
