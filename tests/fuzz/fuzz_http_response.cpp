// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "client/http.hpp"

/// The first byte says in how many pieces the rest comes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] == 0 ? size : data[0];
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  guardd::client::ResponseReader reader;
  while (!rest.empty()) {
    const guardd::Result<bool> complete = reader.feed(rest.substr(0, piece));
    if (!complete) return 0;
    if (*complete) {
      (void)reader.take();
      return 0;
    }
    rest.remove_prefix(rest.size() < piece ? rest.size() : piece);
  }
  return 0;
}
