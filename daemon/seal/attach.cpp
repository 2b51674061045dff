// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/attach.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <utility>

#include "daemon/seal/reuse_maps.hpp"
#include "os/read.hpp"
#include "seal.skel.h"
#include "seal/bpf_call.hpp"

namespace guardd::seal {
namespace {

using Skeleton = std::unique_ptr<::seal, decltype(&seal__destroy)>;

int keep_quiet(libbpf_print_level, const char*, va_list) { return 0; }

struct Helper {
  bpf_func_id id;
  const char* name;
};
/// All of them are there from 5.8 on (5.7: links; 5.8: ring buffers).
constexpr std::array<Helper, 5> required{{{BPF_FUNC_get_current_cgroup_id, "bpf_get_current_cgroup_id (4.18)"},
                                          {BPF_FUNC_ktime_get_boot_ns, "bpf_ktime_get_boot_ns (5.8)"},
                                          {BPF_FUNC_ringbuf_reserve, "bpf_ringbuf_reserve (5.8)"},
                                          {BPF_FUNC_ringbuf_submit, "bpf_ringbuf_submit (5.8)"},
                                          {BPF_FUNC_get_current_uid_gid, "bpf_get_current_uid_gid (4.15)"}}};

bool has(bpf_func_id helper) { return libbpf_probe_bpf_helper(BPF_PROG_TYPE_CGROUP_DEVICE, helper, nullptr) == 1; }

/// Sets what the program may use, and says what it must do without.
std::vector<std::string> fit_to_kernel(::seal& program, const Helpers& may_use) {
  std::vector<std::string> lacks;
  program.rodata->has_ancestors = may_use.ancestors && has(BPF_FUNC_get_current_ancestor_cgroup_id) ? 1 : 0;
  program.rodata->has_pid_namespace = may_use.pid_namespace && has(BPF_FUNC_get_ns_current_pid_tgid) ? 1 : 0;
  program.rodata->has_pid = may_use.pid && has(BPF_FUNC_get_current_pid_tgid) ? 1 : 0;
  program.rodata->has_comm = may_use.comm && has(BPF_FUNC_get_current_comm) ? 1 : 0;
  if (program.rodata->has_ancestors == 0) {
    lacks.emplace_back("no bpf_get_current_ancestor_cgroup_id: a permit exempts its own cgroup and none below it");
  }
  if (program.rodata->has_pid == 0 || program.rodata->has_comm == 0) {
    lacks.emplace_back("no bpf_get_current_pid_tgid or bpf_get_current_comm: denials do not say which process it was");
  }
  return lacks;
}

Error load_error(int number) {
  Error error = os_error(number, "not sealed: the kernel does not take the seal's program");
  if (number == EPERM || number == EACCES) {
    error.message += "; that wants CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN, outside a user namespace";
  }
  return error;
}

std::optional<Error> check_kernel() {
  for (const Helper& helper : required) {
    if (has(helper.id)) continue;
    return Error{"no_helper",
                 std::string("not sealed: this kernel has no ") + helper.name + " for programs on cgroups' devices"};
  }
  return std::nullopt;
}

std::optional<Error> check_bpffs(const std::string& pins) {
  const std::string parent = pins.substr(0, pins.rfind('/'));
  for (const std::string& directory : {parent, pins}) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
      return Error{"no_bpffs", os_error(errno, "not sealed: " + directory).message +
                                   "; mount a bpffs: mount -t bpf bpf /sys/fs/bpf"};
    }
  }
  struct statfs filesystem {};
  if (::statfs(pins.c_str(), &filesystem) == 0 && filesystem.f_type == BPF_FS_MAGIC) return std::nullopt;
  return Error{"no_bpffs", "not sealed: " + pins +
                               " is on no bpffs, and what is not pinned ends with guardd; mount one: mount -t bpf bpf "
                               "/sys/fs/bpf"};
}

/// Whom to tell by which numbers, and what to do. Before anything is denied.
std::optional<Error> set_up(const Fd& settings, Mode mode) {
  struct stat own {};
  if (::stat("/proc/self/ns/pid", &own) == 0) {
    if (auto error = write_setting(settings, GUARDD_SEAL_PID_NAMESPACE_DEV, own.st_dev)) return error;
    if (auto error = write_setting(settings, GUARDD_SEAL_PID_NAMESPACE_INO, own.st_ino)) return error;
  }
  return write_setting(settings, GUARDD_SEAL_MODE, mode == Mode::enforce ? GUARDD_SEAL_ENFORCE : GUARDD_SEAL_OBSERVE);
}

Fd duplicate(int fd) { return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

/// The kernel names a cgroup by its inode's number on 64-bit machines, kernfs_node's id.
Result<std::uint64_t> cgroup_id(const Fd& cgroup, const std::string& path) {
  struct stat status {};
  if (::fstat(cgroup.get(), &status) != 0) return os_error(errno, path);
  return static_cast<std::uint64_t>(status.st_ino);
}

std::optional<Error> pin_maps(::seal& program, const std::string& pins) {
  const std::array<std::pair<bpf_map*, const char*>, 5> maps{{{program.maps.sealed, "/sealed"},
                                                              {program.maps.exempt, "/exempt"},
                                                              {program.maps.settings, "/settings"},
                                                              {program.maps.counters, "/counters"},
                                                              {program.maps.events, "/events"}}};
  for (const auto& [map, name] : maps) {
    const int result = bpf_map__pin(map, (pins + name).c_str());
    if (result != 0) return os_error(-result, "not sealed: pinning " + pins + name);
  }
  return std::nullopt;
}

Result<Attached> attach_new(::seal& program, const Places& places, const Fd& cgroup, Mode mode) {
  // Of a start that died before it had pinned its link.
  if (const auto error = forget_pinned(places.pins)) return *error;
  if (const auto error = check_bpffs(places.pins)) return *error;
  const Fd settings = duplicate(bpf_map__fd(program.maps.settings));
  if (const auto error = set_up(settings, mode)) return *error;
  if (const auto error = pin_maps(program, places.pins)) return *error;
  const std::unique_ptr<bpf_link, decltype(&bpf_link__destroy)> link(
      bpf_program__attach_cgroup(program.progs.guardd_seal, cgroup.get()), bpf_link__destroy);
  if (!link) {
    return os_error(errno, "not sealed: attaching to " + places.cgroup +
                               " (EPERM: a program that tolerates no other is there already)");
  }
  const int pinned = bpf_link__pin(link.get(), (places.pins + "/link").c_str());
  if (pinned != 0) return os_error(-pinned, "not sealed: pinning " + places.pins + "/link");
  Result<Pinned> all = open_pinned(places.pins);
  if (!all) return all.error();
  return Attached{.pinned = std::move(*all), .adopted = false, .renewed = false, .lacks = {}};
}

/// The pinned link goes on with this guardd's program: the same, or put in its place in one step.
Result<bool> renew(const Pinned& pinned, const ::seal& program) {
  const int ours = bpf_program__fd(program.progs.guardd_seal);
  const Result<LinkInfo> link = link_info(pinned.link.get());
  if (!link) return link.error();
  const Result<ProgramInfo> is = program_info_by_id(link->program);
  const Result<ProgramInfo> should_be = program_info(ours);
  if (!is) return is.error();
  if (!should_be) return should_be.error();
  if (is->tag == should_be->tag) return false;
  const int result = bpf_link_update(pinned.link.get(), ours, nullptr);
  if (result != 0) return os_error(-result, "the seal keeps the program of another guardd: putting ours in its place");
  return true;
}

class LibbpfRing final : public EventRing {
 public:
  explicit LibbpfRing(int map) : ring_(ring_buffer__new(map, take, this, nullptr), ring_buffer__free) {}
  [[nodiscard]] bool ok() const { return ring_ != nullptr; }
  int read(const std::function<void(const guardd_seal_event&)>& each) override {
    each_ = &each;
    return ring_buffer__consume(ring_.get());
  }
  [[nodiscard]] int poll_fd() const override { return ring_buffer__epoll_fd(ring_.get()); }

 private:
  static int take(void* self, void* data, std::size_t size) {
    if (size >= sizeof(guardd_seal_event)) {
      (*static_cast<LibbpfRing*>(self)->each_)(*static_cast<const guardd_seal_event*>(data));
    }
    return 0;
  }

  const std::function<void(const guardd_seal_event&)>* each_ = nullptr;
  std::unique_ptr<ring_buffer, decltype(&ring_buffer__free)> ring_;
};

}  // namespace

Result<Attached> attach(const Places& places, Mode mode, const Helpers& may_use) {
  libbpf_set_print(keep_quiet);
  const Fd cgroup(::open(places.cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!cgroup) return os_error(errno, "not sealed: " + places.cgroup);
  const Result<std::uint64_t> root = cgroup_id(cgroup, places.cgroup);
  if (!root) return root.error();
  if (const auto error = check_kernel()) return *error;

  Result<Pinned> found = open_pinned(places.pins);
  if (!found && found.error().code != "enoent") return found.error();
  if (found) {
    const Result<LinkInfo> link = link_info(found->link.get());
    if (!link) return link.error();
    if (link->cgroup != *root && link->cgroup != 0) {
      return Error{"foreign",
                   places.pins + " is a seal on another cgroup than " + places.cgroup + ": guardd leaves it alone"};
    }
    // Somebody has taken it off and left the pins.
    if (link->cgroup == 0) found = Error{"enoent", ""};
  }

  const Skeleton program(seal__open(), seal__destroy);
  if (!program) return load_error(errno);
  const std::vector<std::string> lacks = fit_to_kernel(*program, may_use);
  if (found) {
    if (const auto error = reuse_maps(*program, *found)) return *error;
  }
  if (const int result = seal__load(program.get()); result != 0) return load_error(-result);
  Result<Attached> attached = Error{"", ""};
  if (found) {
    const Result<bool> renewed = renew(*found, *program);
    if (!renewed) return renewed.error();
    if (const auto error = set_up(found->settings, mode)) return *error;
    attached = Attached{.pinned = std::move(*found), .adopted = true, .renewed = *renewed, .lacks = {}};
  } else {
    attached = attach_new(*program, places, cgroup, mode);
  }
  if (attached) attached->lacks = lacks;
  return attached;
}

Result<std::unique_ptr<EventRing>> open_events(const Fd& events) {
  auto ring = std::make_unique<LibbpfRing>(events.get());
  if (!ring->ok()) return os_error(errno, "the seal's ring of events");
  return std::unique_ptr<EventRing>(std::move(ring));
}

}  // namespace guardd::seal
