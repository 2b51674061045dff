// SPDX-License-Identifier: Apache-2.0
#include "daemon/kernel_events/polled_file.hpp"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>

#include "os/read.hpp"

namespace guardd {

void PolledFile::open() {
  file_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  problem_ = file_ ? "" : os_error(errno, path_).message;
}

void PolledFile::drain(Heard& heard) {
  pollfd asked{file_.get(), POLLPRI, 0};
  if (file_ && ::poll(&asked, 1, 0) > 0 && asked.revents != 0) heard.changed = true;
}

void PolledFile::prove(Heard& heard) {
  if (file_) return;
  open();
  if (file_) heard.lost = true;
}

}  // namespace guardd
