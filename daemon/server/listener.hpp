// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd {

/// A listening Unix stream socket at `path`, mode 0666: anybody local may ask. Makes the last directory of the path
/// (0755) where it is missing. A socket that nobody answers on is replaced; one that somebody does, or anything else
/// there, is an error.
Result<Fd> listen_at(const std::string& path);

/// The one socket that systemd passes (sd_listen_fds(3)); none in the Fd when it passes none. Anything but one
/// listening Unix stream socket is an error. `path` is where it is bound.
struct PassedSocket {
  Fd socket;
  std::string path;
};
Result<PassedSocket> passed_socket();

}  // namespace guardd
