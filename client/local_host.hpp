// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "core/host_names.hpp"
#include "core/known.hpp"

namespace guardd::client {

/// This machine as the client itself reads it, without asking guardd.
struct LocalHost {
  std::string hostname;        ///< uname(2)'s nodename
  std::string machine_id;      ///< machine-id(5); empty where there is none
  Known<std::string> boot_id;  ///< /proc/sys/kernel/random/boot_id; never known and empty
  uid_t euid = 0;
};

LocalHost read_local_host();

/// What --expect-host is compared with.
HostNames read_host_names(const LocalHost& host);

/// A small file's one line, without white space around it.
Known<std::string> read_line(const std::string& path);

}  // namespace guardd::client
