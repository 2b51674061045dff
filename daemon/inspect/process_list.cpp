// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/process_list.hpp"

#include <algorithm>
#include <memory>

#include "daemon/inspect/proc_io.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"
#include "procfs/fields.hpp"

namespace guardd::walk {

Result<std::vector<std::int32_t>> list_processes(int proc) {
  const Fd directory(::openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return os_error(errno, "cannot list the processes");
  std::vector<std::int32_t> pids;
  const auto buffer = std::make_unique<EntryBuffer>();
  const int error = for_each_entry(directory.get(), *buffer, [&pids](const char* name) {
    const auto pid = procfs::parse_number<std::int32_t>(name);
    if (pid && *pid > 0) pids.push_back(*pid);
    return true;
  });
  if (error != 0) return os_error(error, "cannot list the processes");
  std::sort(pids.begin(), pids.end());
  return pids;
}

std::optional<std::int32_t> last_pid(int proc) {
  TextBuffer text;
  if (text.read_file(proc, "loadavg", 4096) != 0) return std::nullopt;
  std::string_view line = text.text();
  line = procfs::take_line(line);
  return procfs::parse_number<std::int32_t>(line.substr(line.rfind(' ') + 1));
}

}  // namespace guardd::walk
