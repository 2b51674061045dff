// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "os/fd.hpp"

/// The few commands of bpf(2) that work on what is pinned already. They need no library, so guardctl can lift a seal
/// where nothing else of guardd is left. Errors are os_error()'s.
namespace guardd::seal {

/// What the kernel says of an object, BPF_OBJ_GET_INFO_BY_FD.
struct MapShape {
  std::uint32_t type = 0;
  std::uint32_t key_bytes = 0;
  std::uint32_t value_bytes = 0;
  std::uint32_t entries = 0;
  bool operator==(const MapShape&) const = default;
};
struct LinkInfo {
  std::uint32_t type = 0;     ///< BPF_LINK_TYPE_*
  std::uint32_t program = 0;  ///< its id
  std::uint64_t cgroup = 0;   ///< the id of the cgroup that it is attached to; 0 once it was detached
  std::uint32_t attach = 0;   ///< BPF_CGROUP_*
};
struct ProgramInfo {
  std::uint32_t type = 0;  ///< BPF_PROG_TYPE_*
  std::string name;
  std::uint64_t tag = 0;  ///< a digest of its instructions
};

Result<Fd> get_pinned(const std::string& path);
Result<MapShape> shape_of(int map);
Result<LinkInfo> link_info(int link);
Result<ProgramInfo> program_info(int program);
Result<ProgramInfo> program_info_by_id(std::uint32_t id);

/// Keys and values are of the map's own sizes.
[[nodiscard]] std::optional<Error> map_put(int map, const void* key, const void* value);
[[nodiscard]] std::optional<Error> map_get(int map, const void* key, void* value);
/// None where there is no such entry.
[[nodiscard]] std::optional<Error> map_delete(int map, const void* key);
/// The key behind `key`, or the first for null. False where there is none.
Result<bool> map_next(int map, const void* key, void* next);

/// Takes the program off, whoever else has the link's descriptor.
[[nodiscard]] std::optional<Error> detach_link(int link);

}  // namespace guardd::seal
