// SPDX-License-Identifier: Apache-2.0
#include "procfs/maps.hpp"

#include <string>

#include "procfs/fields.hpp"

namespace guardd {
namespace {

using procfs::parse_number;
using procfs::take_field;

bool is_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  return dash != std::string_view::npos && parse_number<std::uint64_t>(text.substr(0, dash), 16) &&
         parse_number<std::uint64_t>(text.substr(dash + 1), 16);
}

}  // namespace

Result<std::optional<MapLine>> parse_map_line(std::string_view line) {
  const auto bad = [line] {
    return Error{"bad_maps", "maps: cannot read the line \"" + std::string(line.substr(0, 200)) + "\""};
  };
  std::string_view rest = line;
  MapLine map;
  map.range = take_field(rest);
  const std::string_view permissions = take_field(rest);
  const std::string_view offset = take_field(rest);
  const std::string_view device = take_field(rest);
  const std::string_view inode = take_field(rest);
  if (!is_range(map.range) || permissions.size() != 4 || !parse_number<std::uint64_t>(offset, 16)) return bad();
  map.shared_writable = permissions[1] == 'w' && permissions[3] == 's';
  const std::size_t colon = device.find(':');
  if (colon == std::string_view::npos) return bad();
  const auto device_major = parse_number<std::uint32_t>(device.substr(0, colon), 16);
  const auto device_minor = parse_number<std::uint32_t>(device.substr(colon + 1), 16);
  const auto inode_number = parse_number<std::uint64_t>(inode);
  if (!device_major || !device_minor || !inode_number) return bad();
  map.major = *device_major;
  map.minor = *device_minor;
  map.inode = *inode_number;
  // A file's name may begin with spaces only in a filesystem of someone's own making, but never its path: that begins
  // with '/'.
  const std::size_t path = rest.find_first_not_of(' ');
  if (path == std::string_view::npos || rest[path] != '/') return std::optional<MapLine>{};
  map.path = rest.substr(path);
  return std::optional<MapLine>{map};
}

}  // namespace guardd
