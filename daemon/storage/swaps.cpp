// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/swaps.hpp"

#include <algorithm>
#include <optional>

#include "os/read.hpp"
#include "procfs/escapes.hpp"
#include "procfs/fields.hpp"

namespace guardd {
namespace {

// Linux has MAX_SWAPFILES, at most 32; far more than that is no /proc/swaps.
constexpr std::size_t max_swaps = 1024;
constexpr std::size_t max_swaps_bytes = std::size_t{1024} * 1024;

std::optional<SwapEntry> parse_line(std::string_view line) {
  const std::optional<std::string> path = procfs::unescape_octal(procfs::take_field(line));
  if (!path || path->empty()) return std::nullopt;
  const std::string_view type = procfs::take_field(line);
  if (type != "partition" && type != "file") return std::nullopt;
  std::string_view name = *path;
  const bool deleted = procfs::strip_deleted(name);
  return SwapEntry{.path = std::string(name), .is_file = type == "file", .deleted = deleted};
}

}  // namespace

Result<std::vector<SwapEntry>> parse_swaps(std::string_view text) {
  std::vector<SwapEntry> swaps;
  for (bool header = true; !text.empty(); header = false) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return Error{"bad_swaps", "/proc/swaps ends within a line"};
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (header) {
      if (!line.starts_with("Filename")) return Error{"bad_swaps", "/proc/swaps has no header"};
      continue;
    }
    std::optional<SwapEntry> entry = parse_line(line);
    if (!entry) return Error{"bad_swaps", "/proc/swaps: can't read: " + std::string(line.substr(0, 200))};
    if (swaps.size() == max_swaps) return Error{"too_big", "/proc/swaps: more than 1024 entries"};
    swaps.push_back(std::move(*entry));
  }
  return swaps;
}

Result<std::vector<SwapEntry>> read_swaps(const std::string& proc) {
  const Result<std::string> text = read_file(proc + "/swaps", max_swaps_bytes);
  if (text) return parse_swaps(*text);
  if (text.error().code == "enoent") return std::vector<SwapEntry>();
  return text.error();
}

}  // namespace guardd
