// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/inspect/descriptor_tables.hpp"
#include "tests/daemon/inspect/iterator_bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tables = guardd::test::tables_from({reinterpret_cast<const char*>(data), size});
  if (!tables) return 0;
  // Every table can be read to its end.
  for (std::int32_t task = 0; task < 256; ++task) {
    auto rows = tables->find(task, 0);
    guardd::walk::DescriptorRow row;
    while (rows.next(row)) {
    }
  }
  return 0;
}
