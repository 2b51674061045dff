// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/commands.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "daemon/seal/reuse_maps.hpp"
#include "os/read.hpp"
#include "seal/bpf_call.hpp"
#include "seal_commands.skel.h"

namespace guardd::seal {
namespace {

using Skeleton = std::unique_ptr<::seal_commands, decltype(&seal_commands__destroy)>;

constexpr std::size_t longest_list = 4096;
constexpr std::string_view uncovered =
    "commands to a sealed disk that is open for reading (nvme format, hdparm --security-erase) are not denied: ";

Error not_attached(const Error& why) { return {why.code, std::string(uncovered) + why.message}; }
Error not_attached(int number, const std::string& what) { return not_attached(os_error(number, what)); }

/// A program attaches where the module is compiled in, and is never run where it was not started.
std::optional<Error> check_module() {
  constexpr const char* file = "/sys/kernel/security/lsm";
  const Result<std::string> modules = read_file(file, longest_list);
  if (!modules) return not_attached({"no_lsm", modules.error().message + "; securityfs is to be mounted there"});
  if (("," + *modules + ",").find(",bpf,") != std::string::npos || modules->ends_with(",bpf\n")) return std::nullopt;
  return not_attached({"no_lsm", "the kernel does not run BPF's security module; boot with bpf in lsm="});
}

Result<ProgramInfo> program_of(const Fd& link) {
  const Result<LinkInfo> info = link_info(link.get());
  if (!info) return info.error();
  return program_info_by_id(info->program);
}

/// The pinned link where it is of the same program, or none; "foreign" where guardd has not made it.
Result<Fd> kept(const std::string& pin, const ProgramInfo& ours) {
  Result<Fd> link = get_pinned(pin);
  if (!link && link.error().code == "enoent") return Fd();
  if (!link) return link;
  const Result<ProgramInfo> theirs = program_of(*link);
  if (!theirs || theirs->type != ours.type || theirs->name != ours.name) {
    return not_attached({"foreign", pin + " is of another program: guardd leaves it alone"});
  }
  return theirs->tag == ours.tag ? std::move(*link) : Fd();
}

/// In the place of the one before, in one step.
std::optional<Error> pin_link(bpf_link* link, const std::string& pin) {
  const std::string fresh = pin + GUARDD_SEAL_FRESH_PIN;
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return not_attached(errno, fresh);
  if (const int result = bpf_link__pin(link, fresh.c_str()); result != 0) return not_attached(-result, fresh);
  if (::rename(fresh.c_str(), pin.c_str()) != 0) return not_attached(errno, pin);
  return std::nullopt;
}

}  // namespace

Result<Fd> attach_commands(const std::string& pins, const Pinned& seal) {
  if (const auto error = check_module()) return *error;
  const Skeleton program(seal_commands__open(), seal_commands__destroy);
  if (!program) return not_attached(errno, "the program");
  // This type of program has them all from 5.14 on; before, the kernel refuses it.
  program->rodata->has_ancestors = program->rodata->has_pid_namespace = 1;
  program->rodata->has_pid = program->rodata->has_comm = 1;
  if (const auto error = reuse_maps(*program, seal)) return not_attached(*error);
  if (const int result = seal_commands__load(program.get()); result != 0) {
    return not_attached(-result, "the kernel does not take the program");
  }
  const std::string pin = pins + GUARDD_SEAL_COMMANDS_PIN;
  const Result<ProgramInfo> ours = program_info(bpf_program__fd(program->progs.guardd_commands));
  if (!ours) return not_attached(ours.error());
  Result<Fd> before = kept(pin, *ours);
  if (!before || *before) return before;
  const std::unique_ptr<bpf_link, decltype(&bpf_link__destroy)> link(
      bpf_program__attach_lsm(program->progs.guardd_commands), bpf_link__destroy);
  if (!link) return not_attached(errno, "attaching");
  if (const auto error = pin_link(link.get(), pin)) return *error;
  return Fd(::fcntl(bpf_link__fd(link.get()), F_DUPFD_CLOEXEC, 3));
}

bool is_commands_pinned(const std::string& pins) { return get_pinned(pins + GUARDD_SEAL_COMMANDS_PIN).ok(); }

}  // namespace guardd::seal
