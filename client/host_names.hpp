// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/local_host.hpp"
#include "core/known.hpp"

namespace guardd::client {

/// Every name that --expect-host may give this machine.
struct HostNames {
  std::string hostname;
  std::string machine_id;
  /// What /etc/hosts puts on one line with the hostname.
  Known<std::vector<std::string>> aliases;
  /// /sys/class/dmi/id/product_uuid, which only root can read; known and empty on a machine without DMI.
  Known<std::string> product_uuid;
};

HostNames read_host_names(const LocalHost& host);

/// The names that a hosts(5) file puts on one line with `hostname`.
std::vector<std::string> parse_hosts_names(std::string_view text, std::string_view hostname);

/// Whether `expected` is this machine; unknown when a name that could not be read might have been it. guardd compares
/// too: this is the second pair of eyes, so it takes every name that guardd does. Case does not matter, nor do a UUID's
/// hyphens.
Known<bool> is_this_host(const HostNames& names, std::string_view expected);

}  // namespace guardd::client
