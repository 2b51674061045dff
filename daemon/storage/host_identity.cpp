// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/host_identity.hpp"

#include <sys/utsname.h>

#include "core/host_names.hpp"
#include "daemon/inspect/report.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_id_bytes = 256;

/// The file's first line, or nothing when it is absent.
std::string read_id(const std::string& path, bool required, std::vector<std::string>& problems) {
  const Result<std::string> text = read_file(path, max_id_bytes);
  if (text) return text->substr(0, text->find('\n'));
  if (required || text.error().code != "enoent") add_problem(problems, text.error().message);
  return {};
}

}  // namespace

HostFact read_host_identity(const HostRoot& root, std::vector<std::string>& problems) {
  HostFact host;
  utsname names{};
  if (::uname(&names) == 0) host.hostname = static_cast<const char*>(names.nodename);
  const Result<std::string> hosts = read_file(root.etc + "/hosts", max_hosts_bytes);
  if (hosts || hosts.error().code == "enoent") {
    host.aliases = parse_hosts_names(hosts ? *hosts : std::string(), host.hostname);
  } else {
    host.aliases = Unknown{hosts.error().message};
  }
  host.machine_id = read_id(root.etc + "/machine-id", false, problems);
  host.boot_id = read_id(root.proc + "/sys/kernel/random/boot_id", true, problems);
  host.product_uuid = read_id(root.sys + "/class/dmi/id/product_uuid", false, problems);
  return host;
}

}  // namespace guardd
