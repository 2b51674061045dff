// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/inspect/bpf/task_file_row.h"
#include "daemon/inspect/descriptor_tables.hpp"

namespace guardd::test {

/// What a pass of the kernel's iterator writes, made by hand. Times are in units of /proc/PID/stat.
class IteratorBytes {
 public:
  IteratorBytes& row(std::uint32_t task, std::uint64_t start_ticks, std::uint32_t descriptor, std::uint16_t kind,
                     std::uint64_t value, std::string_view path) {
    guardd_row raw{};
    raw.process = task;
    raw.task = task;
    raw.descriptor = descriptor;
    raw.task_start_ns = start_ticks * 10'000'000 + 4711;
    raw.value = value;
    raw.kind = kind;
    raw.size = static_cast<std::uint16_t>(path.size());
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof(raw));
    std::memcpy(bytes_.data() + at, &raw, sizeof(raw));
    bytes_.insert(bytes_.end(), path.begin(), path.end());
    return *this;
  }
  IteratorBytes& path(std::uint32_t task, std::uint64_t start_ticks, std::uint32_t descriptor, std::string_view text) {
    return row(task, start_ticks, descriptor, GUARDD_ROW_PATH, 0, text);
  }
  IteratorBytes& socket(std::uint32_t task, std::uint64_t start_ticks, std::uint32_t descriptor, std::uint64_t inode) {
    return row(task, start_ticks, descriptor, GUARDD_ROW_SOCKET, inode, "");
  }
  IteratorBytes& ring(std::uint32_t task, std::uint64_t start_ticks, std::uint32_t descriptor) {
    return row(task, start_ticks, descriptor, GUARDD_ROW_RING, 0, "");
  }
  IteratorBytes& untold(std::uint32_t task, std::uint64_t start_ticks, std::uint32_t descriptor) {
    return row(task, start_ticks, descriptor, GUARDD_ROW_UNTOLD, 0, "");
  }
  IteratorBytes& end(std::uint64_t descriptors) { return row(0, 0, 0, GUARDD_ROW_END, descriptors, ""); }

  [[nodiscard]] const std::vector<char>& bytes() const { return bytes_; }

 private:
  std::vector<char> bytes_;
};

/// As if the kernel had written them.
inline Result<walk::DescriptorTables> tables_from(std::string_view bytes) {
  walk::PassBytes pass;
  if (const auto error = pass.make_room(bytes.size())) return *error;
  std::copy(bytes.begin(), bytes.end(), pass.end());
  pass.grow(bytes.size());
  return walk::parse_descriptor_tables(std::move(pass));
}
inline Result<walk::DescriptorTables> tables_of(const std::vector<char>& bytes) {
  return tables_from({bytes.data(), bytes.size()});
}

}  // namespace guardd::test
