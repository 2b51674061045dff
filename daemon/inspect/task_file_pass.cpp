// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "daemon/inspect/proc_io.hpp"
#include "daemon/inspect/task_file_iterator.hpp"
#include "os/clock.hpp"
#include "os/read.hpp"
#include "procfs/process_stat.hpp"

namespace guardd::walk {
namespace {

/// A million descriptors make some 50 MiB of rows. Where there are more, or many threads whose leader has exited, each
/// of which the kernel tells of, readlink(2) needs no memory for them.
constexpr std::size_t max_pass_bytes = std::size_t{256} << 20U;
/// bpf_seq_read() gives 8 pages at most (kernel/bpf/bpf_iter.c).
constexpr std::size_t read_bytes = std::size_t{32} * 1024;

Fd create_iterator(int link) {
  bpf_attr attributes{};
  attributes.iter_create.link_fd = static_cast<std::uint32_t>(link);
  return Fd(static_cast<int>(::syscall(SYS_bpf, BPF_ITER_CREATE, &attributes, sizeof(attributes))));
}

Result<PassBytes> read_to_end(int pass, std::int64_t deadline_us) {
  PassBytes bytes;
  while (monotonic_now_us() < deadline_us) {
    if (bytes.view().size() + read_bytes > max_pass_bytes) return os_error(EFBIG, "the iterator's pass");
    if (const auto error = bytes.make_room(read_bytes)) return *error;
    const ssize_t got = ::read(pass, bytes.end(), bytes.room());
    // EAGAIN: a million descriptors without a row among them.
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return os_error(errno, "the iterator's pass");
    if (got == 0) return bytes;
    bytes.grow(static_cast<std::size_t>(got));
  }
  return Error{"late", "the iterator's pass took too long"};
}

/// It has its input and its output open at the least.
bool shows_its_reader(const DescriptorTables& tables) {
  TextBuffer text;
  if (text.read_file(AT_FDCWD, "/proc/self/stat", std::size_t{8} * 1024) != 0) return false;
  const auto self = parse_stat(text.text());
  return self.ok() && !tables.find(self->pid, self->start_ticks).empty();
}

}  // namespace

Result<DescriptorTables> pass_over_task_files(int link, std::int64_t deadline_us) {
  const Fd pass = create_iterator(link);
  if (!pass) return os_error(errno, "the iterator's pass");
  Result<PassBytes> bytes = read_to_end(pass.get(), deadline_us);
  if (!bytes) return bytes.error();
  Result<DescriptorTables> tables = parse_descriptor_tables(std::move(bytes.value()));
  if (tables && !shows_its_reader(*tables)) {
    return Error{"other_tasks", "the iterator's pass does not show guardd itself"};
  }
  return tables;
}

IteratorAtHand iterator_at_hand(const Result<Fd>& link) {
  IteratorAtHand at_hand;
  if (link) {
    at_hand.pass = [number = link->get()](std::int64_t deadline_us) {
      return pass_over_task_files(number, deadline_us);
    };
    at_hand.why_not.clear();
  } else {
    at_hand.why_not = link.error().message;
  }
  return at_hand;
}

}  // namespace guardd::walk
