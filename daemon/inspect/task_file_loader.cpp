// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>

#include "daemon/inspect/task_file_iterator.hpp"
#include "os/read.hpp"
#include "task_file.skel.h"

namespace guardd::walk {
namespace {

using Skeleton = std::unique_ptr<task_file, decltype(&task_file__destroy)>;

/// Above what a worker has of its own (daemon/worker/fork_server.hpp).
constexpr int first_free = 16;

int keep_quiet(libbpf_print_level, const char*, va_list) { return 0; }

/// `nested`: see the program. Null and errno when the kernel does not take it.
Skeleton loaded(bool nested) {
  Skeleton skeleton(task_file__open(), task_file__destroy);
  if (!skeleton) return skeleton;
  skeleton->rodata->nested = nested ? 1 : 0;
  if (task_file__load(skeleton.get()) != 0) skeleton.reset();
  return skeleton;
}

}  // namespace

Result<Fd> load_task_file_iterator() {
  libbpf_set_print(keep_quiet);
  Skeleton skeleton = loaded(true);
  // An older kernel only reads the host's own numbers.
  if (!skeleton) skeleton = loaded(false);
  if (!skeleton) return os_error(errno, "loading the BPF iterator");
  const std::unique_ptr<bpf_link, decltype(&bpf_link__destroy)> link(
      bpf_program__attach_iter(skeleton->progs.task_file, nullptr), bpf_link__destroy);
  if (!link) return os_error(errno, "attaching the BPF iterator");
  // The link holds the program; the rest goes.
  Fd kept(::fcntl(bpf_link__fd(link.get()), F_DUPFD_CLOEXEC, first_free));
  if (!kept) return os_error(errno, "keeping the BPF iterator");
  return kept;
}

}  // namespace guardd::walk
