// SPDX-License-Identifier: Apache-2.0
#include "seal/pinned_seal.hpp"

#include <linux/bpf.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "os/read.hpp"
#include "seal/bpf_call.hpp"

namespace guardd::seal {
namespace {

constexpr std::string_view program_name = "guardd_seal";

struct Pin {
  const char* name;
  Fd Pinned::*fd;
  MapShape shape;
};

const std::array<Pin, 5>& map_pins() {
  static const std::array<Pin, 5> pins{{
      {"sealed",
       &Pinned::sealed,
       {BPF_MAP_TYPE_HASH, sizeof(guardd_seal_device), sizeof(guardd_seal_entry), GUARDD_SEAL_MOST_DEVICES}},
      {"exempt",
       &Pinned::exempt,
       {BPF_MAP_TYPE_HASH, sizeof(guardd_seal_exempt), sizeof(guardd_seal_until), GUARDD_SEAL_MOST_EXEMPTIONS}},
      {"settings",
       &Pinned::settings,
       {BPF_MAP_TYPE_ARRAY, sizeof(std::uint32_t), sizeof(std::uint64_t), GUARDD_SEAL_SETTINGS}},
      {"counters",
       &Pinned::counters,
       {BPF_MAP_TYPE_ARRAY, sizeof(std::uint32_t), sizeof(std::uint64_t), GUARDD_SEAL_COUNTERS}},
      {"events", &Pinned::events, {BPF_MAP_TYPE_RINGBUF, 0, 0, GUARDD_SEAL_RING_BYTES}},
  }};
  return pins;
}

Error foreign(const std::string& path, const std::string& what) {
  return {"foreign", path + " " + what +
                         ": guardd has not made it and leaves it alone; look at it with bpftool(8), and remove it "
                         "where nobody needs it"};
}

std::optional<Error> check_link(const std::string& path, const Fd& link) {
  const Result<LinkInfo> info = link_info(link.get());
  if (!info) return foreign(path, "is no link");
  if (info->type != BPF_LINK_TYPE_CGROUP || info->attach != BPF_CGROUP_DEVICE) return foreign(path, "is another link");
  const Result<ProgramInfo> of = program_info_by_id(info->program);
  if (!of) return of.error();
  if (of->type != BPF_PROG_TYPE_CGROUP_DEVICE || of->name != program_name)
    return foreign(path, "is of another program");
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Mode mode) { return mode == Mode::enforce ? "enforce" : "observe"; }

Result<Pinned> open_pinned(const std::string& directory) {
  Pinned pinned;
  const std::string link = directory + "/link";
  Result<Fd> fd = get_pinned(link);
  if (!fd) return fd.error();
  pinned.link = std::move(*fd);
  if (const auto error = check_link(link, pinned.link)) return *error;
  for (const Pin& pin : map_pins()) {
    const std::string path = directory + "/" + pin.name;
    Result<Fd> map = get_pinned(path);
    if (!map) return map.error().code == "enoent" ? foreign(directory, "lacks " + std::string(pin.name)) : map.error();
    const Result<MapShape> shape = shape_of(map->get());
    if (!shape || !(*shape == pin.shape)) return foreign(path, "is no such map");
    pinned.*pin.fd = std::move(*map);
  }
  return pinned;
}

Result<std::uint64_t> read_setting(const Fd& settings, std::uint32_t which) {
  std::uint64_t value = 0;
  if (const auto error = map_get(settings.get(), &which, &value)) return *error;
  return value;
}

std::optional<Error> write_setting(const Fd& settings, std::uint32_t which, std::uint64_t value) {
  return map_put(settings.get(), &which, &value);
}

std::optional<Error> forget_pinned(const std::string& directory) {
  // The link first: maps without one decide nothing.
  const std::string link = directory + "/link";
  if (::unlink(link.c_str()) != 0 && errno != ENOENT) return os_error(errno, link);
  // The program for commands is not everywhere; without its pin it ends with who has it open.
  for (const char* const name : {GUARDD_SEAL_COMMANDS_PIN, GUARDD_SEAL_COMMANDS_PIN GUARDD_SEAL_FRESH_PIN}) {
    const std::string commands = directory + name;
    if (::unlink(commands.c_str()) != 0 && errno != ENOENT) return os_error(errno, commands);
  }
  for (const Pin& pin : map_pins()) {
    const std::string path = directory + "/" + pin.name;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return os_error(errno, path);
  }
  if (::rmdir(directory.c_str()) != 0 && errno != ENOENT) return os_error(errno, directory);
  return std::nullopt;
}

std::optional<Error> remove_pinned(const std::string& directory) {
  const std::string link = directory + "/link";
  const Result<Fd> fd = get_pinned(link);
  if (!fd && fd.error().code != "enoent") return fd.error();
  if (fd) {
    if (const auto error = check_link(link, *fd)) return error;
    if (const auto error = detach_link(fd->get())) return error;
  }
  return forget_pinned(directory);
}

}  // namespace guardd::seal
