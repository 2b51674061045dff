// SPDX-License-Identifier: Apache-2.0
#include "seal/bpf_call.hpp"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "os/read.hpp"

namespace guardd::seal {
namespace {

/// All of it zero, what the kernel does not know included: it wants that.
bpf_attr nothing() {
  bpf_attr attr;
  std::memset(&attr, 0, sizeof(attr));
  return attr;
}

std::uint64_t address(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

long call(bpf_cmd command, bpf_attr& attr) { return ::syscall(SYS_bpf, command, &attr, sizeof(attr)); }

std::optional<Error> done(long result, const char* what) {
  if (result >= 0) return std::nullopt;
  return os_error(errno, what);
}

template <typename Info>
Result<Info> info_of(int object, const char* what) {
  Info info{};
  bpf_attr attr = nothing();
  attr.info.bpf_fd = static_cast<std::uint32_t>(object);
  attr.info.info_len = sizeof(info);
  attr.info.info = address(&info);
  if (const auto error = done(call(BPF_OBJ_GET_INFO_BY_FD, attr), what)) return *error;
  return info;
}

Result<Fd> program_by_id(std::uint32_t id) {
  bpf_attr attr = nothing();
  attr.prog_id = id;
  const long fd = call(BPF_PROG_GET_FD_BY_ID, attr);
  if (fd < 0) return os_error(errno, "the seal's program");
  return Fd(static_cast<int>(fd));
}

}  // namespace

Result<Fd> get_pinned(const std::string& path) {
  bpf_attr attr = nothing();
  attr.pathname = address(path.c_str());
  const long fd = call(BPF_OBJ_GET, attr);
  if (fd < 0) return os_error(errno, path);
  return Fd(static_cast<int>(fd));
}

Result<MapShape> shape_of(int map) {
  const Result<bpf_map_info> info = info_of<bpf_map_info>(map, "a map of the seal");
  if (!info) return info.error();
  return MapShape{info->type, info->key_size, info->value_size, info->max_entries};
}

Result<LinkInfo> link_info(int link) {
  const Result<bpf_link_info> info = info_of<bpf_link_info>(link, "the seal's link");
  if (!info) return info.error();
  LinkInfo out{.type = info->type, .program = info->prog_id, .cgroup = 0, .attach = 0};
  if (info->type == BPF_LINK_TYPE_CGROUP) {
    out.cgroup = info->cgroup.cgroup_id;
    out.attach = info->cgroup.attach_type;
  }
  return out;
}

Result<ProgramInfo> program_info(int program) {
  const Result<bpf_prog_info> info = info_of<bpf_prog_info>(program, "the seal's program");
  if (!info) return info.error();
  ProgramInfo out{
      .type = info->type, .name = std::string(info->name, ::strnlen(info->name, sizeof(info->name))), .tag = 0};
  static_assert(sizeof(info->tag) == sizeof(out.tag));
  std::memcpy(&out.tag, info->tag, sizeof(out.tag));
  return out;
}

Result<ProgramInfo> program_info_by_id(std::uint32_t id) {
  const Result<Fd> program = program_by_id(id);
  if (!program) return program.error();
  return program_info(program->get());
}

std::optional<Error> map_put(int map, const void* key, const void* value) {
  bpf_attr attr = nothing();
  attr.map_fd = static_cast<std::uint32_t>(map);
  attr.key = address(key);
  attr.value = address(value);
  attr.flags = BPF_ANY;
  return done(call(BPF_MAP_UPDATE_ELEM, attr), "writing a map of the seal");
}

std::optional<Error> map_get(int map, const void* key, void* value) {
  bpf_attr attr = nothing();
  attr.map_fd = static_cast<std::uint32_t>(map);
  attr.key = address(key);
  attr.value = address(value);
  return done(call(BPF_MAP_LOOKUP_ELEM, attr), "reading a map of the seal");
}

std::optional<Error> map_delete(int map, const void* key) {
  bpf_attr attr = nothing();
  attr.map_fd = static_cast<std::uint32_t>(map);
  attr.key = address(key);
  if (call(BPF_MAP_DELETE_ELEM, attr) >= 0 || errno == ENOENT) return std::nullopt;
  return os_error(errno, "deleting from a map of the seal");
}

Result<bool> map_next(int map, const void* key, void* next) {
  bpf_attr attr = nothing();
  attr.map_fd = static_cast<std::uint32_t>(map);
  attr.key = address(key);
  attr.next_key = address(next);
  if (call(BPF_MAP_GET_NEXT_KEY, attr) >= 0) return true;
  if (errno == ENOENT) return false;
  return os_error(errno, "reading a map of the seal");
}

std::optional<Error> detach_link(int link) {
  bpf_attr attr = nothing();
  attr.link_detach.link_fd = static_cast<std::uint32_t>(link);
  return done(call(BPF_LINK_DETACH, attr), "detaching the seal");
}

}  // namespace guardd::seal
