// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/approval/ssh_keygen.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto names = parse_principals(text);
  if (names.size() > max_names) std::abort();
  for (const std::string& name : names) {
    if (name.empty() || name.find_first_of("*?\n ") != std::string::npos) std::abort();
  }
  const auto key = parse_verified(text, "ann");
  if (key && (key->size() != 50 || !key->starts_with("SHA256:"))) std::abort();
  return 0;
}
