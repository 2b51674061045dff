// SPDX-License-Identifier: Apache-2.0
#include "client/local_host.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include "os/read.hpp"

namespace guardd::client {
namespace {

constexpr std::size_t small_file = 4096;
constexpr const char* product_uuid_path = "/sys/class/dmi/id/product_uuid";

}  // namespace

Known<std::string> read_line(const std::string& path) {
  constexpr std::string_view blank = " \t\r\n";
  const Result<std::string> text = read_file(path, small_file);
  if (!text) return Unknown{text.error().message};
  const std::size_t first = text->find_first_not_of(blank);
  if (first == std::string::npos) return std::string();
  return text->substr(first, text->find_last_not_of(blank) - first + 1);
}

LocalHost read_local_host() {
  LocalHost host;
  utsname name{};
  if (::uname(&name) == 0) host.hostname = name.nodename;
  host.machine_id = read_line("/etc/machine-id").value_or("");
  host.boot_id = read_line("/proc/sys/kernel/random/boot_id");
  if (host.boot_id.known() && host.boot_id.value().empty()) host.boot_id = Unknown{"the boot id is empty"};
  host.euid = ::geteuid();
  return host;
}

HostNames read_host_names(const LocalHost& host) {
  HostNames names{.hostname = host.hostname, .machine_id = host.machine_id, .aliases = {}, .product_uuid = {}};
  const Result<std::string> hosts = read_file("/etc/hosts", max_hosts_bytes);
  if (hosts) {
    names.aliases = parse_hosts_names(*hosts, host.hostname);
  } else {
    names.aliases = Unknown{hosts.error().message};
  }
  names.product_uuid =
      ::access(product_uuid_path, F_OK) == 0 ? read_line(product_uuid_path) : Known<std::string>(std::string());
  return names;
}

}  // namespace guardd::client
