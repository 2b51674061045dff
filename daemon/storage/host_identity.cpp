// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/host_identity.hpp"

#include <sys/utsname.h>

#include <algorithm>

#include "daemon/inspect/report.hpp"
#include "daemon/os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_id_bytes = 256;
constexpr std::size_t max_hosts_bytes = std::size_t{4} * 1024 * 1024;  // some keep whole block lists in there

std::vector<std::string_view> words(std::string_view line) {
  constexpr std::string_view blanks = " \t\r\v\f";
  std::vector<std::string_view> result;
  line = line.substr(0, line.find('#'));
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    if (line.empty()) return result;
    const std::string_view word = line.substr(0, line.find_first_of(blanks));
    result.push_back(word);
    line.remove_prefix(word.size());
  }
}

/// The file's first line, or nothing when it is absent.
std::string read_id(const std::string& path, bool required, std::vector<std::string>& problems) {
  const Result<std::string> text = read_file(path, max_id_bytes);
  if (text) return text->substr(0, text->find('\n'));
  if (required || text.error().code != "enoent") add_problem(problems, text.error().message);
  return {};
}

}  // namespace

std::string parse_fqdn(std::string_view hosts, std::string_view hostname) {
  if (hostname.find('.') != std::string_view::npos) return std::string(hostname);
  while (!hosts.empty() && !hostname.empty()) {
    const std::string_view line = hosts.substr(0, hosts.find('\n'));
    hosts.remove_prefix(std::min(line.size() + 1, hosts.size()));
    std::vector<std::string_view> names = words(line);
    if (names.empty()) continue;
    names.erase(names.begin());  // the address
    if (std::ranges::find(names, hostname) == names.end()) continue;
    const auto qualified =
        std::ranges::find_if(names, [](std::string_view name) { return name.find('.') != name.npos; });
    if (qualified != names.end()) return std::string(*qualified);
  }
  return {};
}

HostFact read_host_identity(const HostRoot& root, std::vector<std::string>& problems) {
  HostFact host;
  utsname names{};
  if (::uname(&names) == 0) host.hostname = static_cast<const char*>(names.nodename);
  const Result<std::string> hosts = read_file(root.etc + "/hosts", max_hosts_bytes);
  if (hosts) host.fqdn = parse_fqdn(*hosts, host.hostname);
  host.machine_id = read_id(root.etc + "/machine-id", false, problems);
  host.boot_id = read_id(root.proc + "/sys/kernel/random/boot_id", true, problems);
  host.product_uuid = read_id(root.sys + "/class/dmi/id/product_uuid", false, problems);
  return host;
}

}  // namespace guardd
