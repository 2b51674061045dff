// SPDX-License-Identifier: Apache-2.0
#include "procfs/locks.hpp"

#include <optional>
#include <string>

#include "procfs/fields.hpp"

namespace guardd {
namespace {

using procfs::parse_number;
using procfs::take_field;

LockKind kind_of(std::string_view word) {
  if (word == "POSIX") return LockKind::posix;
  if (word == "FLOCK") return LockKind::flock;
  if (word == "OFDLCK") return LockKind::ofd;
  if (word == "LEASE" || word == "DELEG") return LockKind::lease;
  return LockKind::other;
}

bool parse_file(std::string_view text, LockLine& line) {
  if (text == "<none>:0") return true;
  const std::size_t first = text.find(':');
  const std::size_t second = text.find(':', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return false;
  const auto device_major = parse_number<std::uint32_t>(text.substr(0, first), 16);
  const auto device_minor = parse_number<std::uint32_t>(text.substr(first + 1, second - first - 1), 16);
  const auto inode = parse_number<std::uint64_t>(text.substr(second + 1));
  if (!device_major || !device_minor || !inode) return false;
  line.major = *device_major;
  line.minor = *device_minor;
  line.inode = *inode;
  return true;
}

std::optional<LockLine> parse_line(std::string_view text) {
  const std::string_view number = take_field(text);
  if (number.empty() || number.back() != ':' || !parse_number<std::uint64_t>(number.substr(0, number.size() - 1))) {
    return std::nullopt;
  }
  LockLine line;
  std::string_view word = take_field(text);
  if (word == "->") {
    line.waiting = true;
    word = take_field(text);
  }
  line.kind = kind_of(word);
  take_field(text);  // ADVISORY, MSNFS, ACTIVE, BREAKING, ...
  take_field(text);  // READ, WRITE, ...
  const auto pid = parse_number<std::int32_t>(take_field(text));
  if (!pid || !parse_file(take_field(text), line)) return std::nullopt;
  line.pid = *pid;
  const bool start = parse_number<std::uint64_t>(take_field(text)).has_value();
  const std::string_view end = take_field(text);
  if (!start || (end != "EOF" && !parse_number<std::uint64_t>(end)) || !take_field(text).empty()) return std::nullopt;
  return line;
}

}  // namespace

Result<std::vector<LockLine>> parse_locks(std::string_view text) {
  std::vector<LockLine> lines;
  while (!text.empty()) {
    const std::string_view line = procfs::take_line(text);
    const auto parsed = parse_line(line);
    if (!parsed)
      return Error{"bad_locks", "/proc/locks: cannot read the line \"" + std::string(line.substr(0, 200)) + "\""};
    lines.push_back(*parsed);
  }
  return lines;
}

}  // namespace guardd
