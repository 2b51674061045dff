// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/storage/host_identity.hpp"
#include "daemon/storage/missing_mounts.hpp"
#include "daemon/storage/mountinfo.hpp"
#include "daemon/storage/source_lookup.hpp"
#include "daemon/storage/system_state.hpp"
#include "daemon/storage/wanted_by_host.hpp"

namespace guardd {

BootOutput inspect_boot(const HostRoot& root) {
  const std::int64_t start = monotonic_now_us();
  BootOutput output;
  std::vector<std::string> problems;
  output.host = read_host_identity(root, problems);
  output.boot.state = read_system_state(root);
  if (!output.boot.state.known()) add_problem(problems, output.boot.state.why());

  const Result<std::vector<MountFact>> mounts = read_mountinfo(1, 0, root);
  const auto look_up = [&](const std::string& what) { return look_up_source(what, root); };
  if (mounts) {
    const auto resolve = [&](const std::string& path) { return resolve_mountpoint(path, *mounts, root); };
    output.boot.missing = find_missing(read_wanted_mounts(root, problems), *mounts, look_up, resolve);
  } else {
    add_problem(problems, "PID 1's mounts can't be read: " + mounts.error().message);
  }
  for (const WantedCrypt& entry : read_closed_crypts(root, problems)) {
    if (!is_missing(entry, look_up)) continue;
    output.boot.missing.push_back({entry.device, "/dev/mapper/" + entry.name, root.etc + "/crypttab", {}});
  }
  for (MissingMount& missing : output.boot.missing) missing.devices = devices_of_source(missing.what, root);
  output.reports.push_back(make_report("boot", std::move(problems), start));
  return output;
}

}  // namespace guardd
