// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "daemon/inspect/bpf/task_file_row.h"
#include "daemon/inspect/pass_bytes.hpp"

namespace guardd::walk {

/// An open descriptor as the kernel's iterator tells of it.
struct DescriptorRow {
  enum class Kind : std::uint8_t {
    path = GUARDD_ROW_PATH,              ///< `path` is what readlink(2) of the descriptor says
    socket = GUARDD_ROW_SOCKET,          ///< `inode`
    ring = GUARDD_ROW_RING,              ///< an io_uring
    characters = GUARDD_ROW_CHARACTERS,  ///< a character device
    untold = GUARDD_ROW_UNTOLD,          ///< its path is too long for the iterator: ask readlink(2)
  };
  Kind kind = Kind::untold;
  std::uint32_t descriptor = 0;
  std::uint64_t inode = 0;
  std::string_view path = {};
};

/// The rows of one task, as the kernel wrote them.
class DescriptorRows {
 public:
  DescriptorRows() = default;
  /// `bytes` have been looked through by parse_descriptor_tables().
  explicit DescriptorRows(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  /// Takes the first row off; false when there is none.
  bool next(DescriptorRow& row);

 private:
  std::string_view bytes_;
};

/// The descriptors of every task at one time, from one complete pass of the iterator (bpf/task_file.bpf.c). Pipes,
/// eventfds and other files of nobody's are left out.
class DescriptorTables {
 public:
  DescriptorTables() = default;
  DescriptorTables(DescriptorTables&&) = default;
  DescriptorTables& operator=(DescriptorTables&&) = default;
  DescriptorTables(const DescriptorTables&) = delete;  // the tables are places in `bytes_`
  DescriptorTables& operator=(const DescriptorTables&) = delete;
  ~DescriptorTables() = default;

  /// The rows of the task that has this number and began then, as /proc/PID/stat says. Empty when the pass has no row
  /// of it: then it says nothing about the task, also not that it has nothing open.
  [[nodiscard]] DescriptorRows find(std::int32_t task, std::uint64_t start_ticks) const;
  /// The processes that had a file of one of these paths open.
  [[nodiscard]] std::vector<std::int32_t> holders(const std::set<std::string, std::less<>>& paths) const;
  [[nodiscard]] std::uint64_t descriptors() const { return descriptors_; }

  friend Result<DescriptorTables> parse_descriptor_tables(PassBytes bytes);

 private:
  struct Table {
    std::int32_t process = 0;
    std::uint64_t start_ticks = 0;
    DescriptorRows rows;
  };
  PassBytes bytes_;
  std::unordered_map<std::uint32_t, Table> tables_;
  std::uint64_t descriptors_ = 0;
};

/// All that a pass wrote. A pass without its last row was cut short, and one that is not as the program writes it is
/// no pass: both are errors.
Result<DescriptorTables> parse_descriptor_tables(PassBytes bytes);

}  // namespace guardd::walk
