// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/descriptor_tables.hpp"

#include <cstring>
#include <string>
#include <utility>

#include "daemon/inspect/bpf/task_file_row.h"

namespace guardd::walk {
namespace {

/// fs/proc/array.c, nsec_to_clock_t(): USER_HZ is 100 for every program, whatever the kernel's own clock.
constexpr std::uint64_t ns_of_tick = 10'000'000;

/// The row at the start of `bytes` with what follows it; false when they are not one.
bool take_row(std::string_view& bytes, guardd_row& row, std::string_view& path) {
  if (bytes.size() < sizeof(row)) return false;
  std::memcpy(&row, bytes.data(), sizeof(row));
  const bool sized = row.kind == GUARDD_ROW_PATH ? row.size > 0 && row.size < GUARDD_ROW_PATH_BYTES : row.size == 0;
  if (!sized || row.kind < GUARDD_ROW_PATH || row.kind > GUARDD_ROW_END) return false;
  if (bytes.size() - sizeof(row) < row.size) return false;
  path = bytes.substr(sizeof(row), row.size);
  bytes.remove_prefix(sizeof(row) + row.size);
  return true;
}

Error malformed(std::size_t at) {
  return {"malformed", "the iterator wrote something else than rows, at byte " + std::to_string(at)};
}

}  // namespace

bool DescriptorRows::next(DescriptorRow& row) {
  guardd_row raw{};
  std::string_view path;
  if (!take_row(bytes_, raw, path)) return false;
  row = {static_cast<DescriptorRow::Kind>(raw.kind), raw.descriptor, raw.value, path};
  return true;
}

DescriptorRows DescriptorTables::find(std::int32_t task, std::uint64_t start_ticks) const {
  const auto found = tables_.find(static_cast<std::uint32_t>(task));
  if (found == tables_.end() || found->second.start_ticks != start_ticks) return {};
  return found->second.rows;
}

std::vector<std::int32_t> DescriptorTables::holders(const std::set<std::string, std::less<>>& paths) const {
  std::set<std::int32_t> found;
  for (const auto& [task, table] : tables_) {
    DescriptorRows rows = table.rows;
    DescriptorRow row;
    while (rows.next(row)) {
      if (row.kind == DescriptorRow::Kind::path && paths.contains(row.path)) found.insert(table.process);
    }
  }
  return {found.begin(), found.end()};
}

Result<DescriptorTables> parse_descriptor_tables(PassBytes bytes) {
  DescriptorTables tables;
  tables.bytes_ = std::move(bytes);
  const std::string_view all = tables.bytes_.view();
  std::string_view rest = all;
  std::size_t table_begin = 0;
  guardd_row owner{};
  const auto close_table = [&](std::size_t end) {
    if (end == table_begin) return;
    // A number that comes again has a new owner.
    tables.tables_[owner.task] = {static_cast<std::int32_t>(owner.process), owner.task_start_ns / ns_of_tick,
                                  DescriptorRows(all.substr(table_begin, end - table_begin))};
    table_begin = end;
  };
  while (!rest.empty()) {
    const std::size_t at = all.size() - rest.size();
    guardd_row row{};
    std::string_view path;
    if (!take_row(rest, row, path)) return malformed(at);
    if (row.kind == GUARDD_ROW_END) {
      if (!rest.empty() || row.task != 0) return malformed(at);
      close_table(at);
      tables.descriptors_ = row.value;
      return tables;
    }
    if (row.task == 0 || row.process == 0) return malformed(at);
    if (row.task != owner.task || row.task_start_ns != owner.task_start_ns) close_table(at);
    owner = row;
  }
  return Error{"cut_short", "the iterator's pass was cut short"};
}

}  // namespace guardd::walk
