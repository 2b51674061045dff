// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/known.hpp"

namespace guardd {

/// Every name that --expect-host may give a machine. guardctl and guardd each read and compare them by themselves.
struct HostNames {
  std::string hostname;
  std::string machine_id;                   ///< machine-id(5); empty where there is none
  Known<std::vector<std::string>> aliases;  ///< what /etc/hosts puts on one line with the hostname
  Known<std::string> product_uuid;          ///< /sys/class/dmi/id/product_uuid; empty on a machine without DMI
};

/// Some keep whole block lists in /etc/hosts; what is larger is not read.
inline constexpr std::size_t max_hosts_bytes = std::size_t{4} * 1024 * 1024;

/// The names that a hosts(5) file puts on one line with `hostname`.
std::vector<std::string> parse_hosts_names(std::string_view text, std::string_view hostname);

/// Whether `expected` is this machine; unknown when a name that could not be read might have been it. Case does not
/// matter, nor do a UUID's hyphens; a hostname is known by its first label, too.
Known<bool> is_this_host(const HostNames& names, std::string_view expected);

}  // namespace guardd
