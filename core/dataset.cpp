// SPDX-License-Identifier: Apache-2.0
#include "core/dataset.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/dataset_id.hpp"
#include "core/snapshot.hpp"
#include "core/trace.hpp"

namespace guardd {
namespace {

std::string directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos || slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string place_of(const DataDirectoryFact& fact) {
  return fact.service + ":dir:" + std::to_string(fact.st_dev) + ":" + std::to_string(fact.inode);
}

/// Builds the list; one dataset a directory, a loose file's directory, or a process.
class Assembly {
 public:
  explicit Assembly(const Snapshot& snapshot)
      : snapshot_(snapshot), graph_(snapshot.devices, snapshot.mounts), mounts_(snapshot.mounts) {
    for (const ProcessFact& process : snapshot.processes) processes_[process.pid] = &process;
  }

  std::vector<Dataset> run() {
    // Outer ones first: a database's own directory within a datadir is no second dataset.
    std::vector<std::pair<const DataDirectoryFact*, Trace>> directories;
    for (const DataDirectoryFact& fact : snapshot_.directories) {
      directories.emplace_back(&fact, trace_of(fact.mnt_ns, fact.path, fact.device));
    }
    std::ranges::stable_sort(directories, {}, [](const auto& one) {
      const std::vector<FsLocation>& locations = one.second.locations;
      return locations.empty() ? one.first->path.size() : locations.front().path.size();
    });
    for (const auto& [fact, trace] : directories) add_directory(*fact, trace);
    for (const OpenFileFact& file : snapshot_.open_files) add_open_file(file);
    for (const ProcessFact& process : snapshot_.processes) add_process(process);
    for (std::size_t i = 0; i < datasets_.size(); ++i) finish(datasets_[i], traces_[i]);
    return std::move(datasets_);
  }

 private:
  void add_directory(const DataDirectoryFact& fact, const Trace& trace) {
    std::optional<std::size_t> index = same_place(fact, trace);
    if (!index) {
      Dataset dataset;
      dataset.id = place_of(fact);
      dataset.directory = fact;
      dataset.service = fact.service;
      dataset.path = fact.path;
      dataset.mnt_ns = fact.mnt_ns;
      index = push(std::move(dataset), trace);
    } else {
      unite(traces_[*index], trace);
      if (fact.mnt_ns == snapshot_.host_mnt_ns && datasets_[*index].mnt_ns != fact.mnt_ns) {
        datasets_[*index].path = fact.path;  // the host's name for it is the one its operators know
        datasets_[*index].mnt_ns = fact.mnt_ns;
        if (place_of(fact) == datasets_[*index].id) datasets_[*index].directory = fact;
      }
    }
    for (const DirectoryUse& use : fact.uses) add_use(*index, use);
  }

  /// The dataset of that directory, or of one around it, seen before: in this namespace or another, or through an
  /// overlay and beneath it.
  std::optional<std::size_t> same_place(const DataDirectoryFact& fact, const Trace& trace) const {
    const std::string id = place_of(fact);
    for (std::size_t i = 0; i < datasets_.size(); ++i) {
      if (datasets_[i].service != fact.service) continue;
      if (datasets_[i].id == id) return i;
      // Where neither can be traced, both weigh on every target: only the names are left to compare.
      const bool untraced = trace.locations.empty() && traces_[i].locations.empty();
      if (untraced && is_within(fact.path, datasets_[i].path) && shares_names(fact, datasets_[i])) return i;
      for (const FsLocation& location : trace.locations) {
        const auto holds = [&](const FsLocation& outer) {
          return outer.device == location.device && is_within(location.path, outer.path);
        };
        if (std::ranges::any_of(traces_[i].locations, holds)) return i;
      }
    }
    return std::nullopt;
  }

  /// Whether a name means the same to both: they are of one mount namespace, or on one filesystem and used by the same
  /// server, which a unit's sandbox has given a namespace of its own.
  static bool shares_names(const DataDirectoryFact& fact, const Dataset& dataset) {
    if (dataset.mnt_ns == fact.mnt_ns) return true;
    const bool one_filesystem = dataset.directory && dataset.directory->st_dev == fact.st_dev;
    return one_filesystem && !fact.uses.empty() &&
           std::ranges::all_of(fact.uses, [&](const DirectoryUse& use) { return uses(dataset, use.pid); });
  }

  void add_open_file(const OpenFileFact& file) {
    std::optional<std::size_t> index = owner_of(file);
    const ProcessFact* process = process_of(file.pid);
    const std::uint64_t mnt_ns = process != nullptr ? process->ns.mnt : 0;
    const Trace trace = trace_of(mnt_ns, directory_of(file.path), file.device);
    if (!index) {
      Dataset dataset;
      dataset.path = directory_of(file.path);
      dataset.id = file.service + ":files:" + std::to_string(mnt_ns) + ":" + dataset.path;
      dataset.service = file.service;
      dataset.mnt_ns = mnt_ns;
      index = push(std::move(dataset), trace);
    } else {
      unite(traces_[*index], trace);  // a tablespace elsewhere: its disk counts too
    }
    add_use(*index, DirectoryUse{file.pid, file.how, file.path});
  }

  std::optional<std::size_t> owner_of(const OpenFileFact& file) const {
    const ProcessFact* process = process_of(file.pid);
    const std::uint64_t mnt_ns = process != nullptr ? process->ns.mnt : 0;
    std::optional<std::size_t> by_process;
    for (std::size_t i = 0; i < datasets_.size(); ++i) {
      const Dataset& dataset = datasets_[i];
      if (dataset.service != file.service) continue;
      if (dataset.mnt_ns == mnt_ns && is_within(file.path, dataset.path)) return i;
      if (!by_process && uses(dataset, file.pid)) by_process = i;
    }
    return by_process;
  }

  void add_process(const ProcessFact& process) {
    if (process.service.empty()) return;
    for (const Dataset& dataset : datasets_) {
      if (dataset.service == process.service && uses(dataset, process.pid)) return;
    }
    // A worker process belongs to its parent: PostgreSQL's backends, a supervisor's child.
    if (const ProcessFact* parent = process_of(process.ppid); parent != nullptr && parent->service == process.service) {
      return;
    }
    Dataset dataset;
    dataset.id = process.service + ":pid:" + std::to_string(process.pid) + ":" + std::to_string(process.start_ticks);
    dataset.service = process.service;
    dataset.mnt_ns = process.ns.mnt;
    dataset.memory = true;
    add_use(push(std::move(dataset), Trace{}), DirectoryUse{process.pid, "process", process.exe});
  }

  void finish(Dataset& dataset, const Trace& trace) const {
    dataset.device_numbers = trace.devices;
    dataset.traceable = trace.traceable;
    dataset.locations = trace.locations;
    for (const DeviceNumber number : trace.devices) {
      const BlockDeviceFact* device = graph_.find(number);
      if (device == nullptr) continue;
      const bool has_node = device->name.find(':') == std::string::npos;  // "btrfs:UUID" stands for its members
      if (has_node) dataset.devices.push_back("/dev/" + device->name);
      if (!device->backing_file.empty()) dataset.backing_files.push_back(device->backing_file);
    }
    if (dataset.directory) {
      const std::string id =
          dataset_id(*dataset.directory, identify_devices(snapshot_, graph_, trace.devices), snapshot_.host.machine_id);
      if (!id.empty()) dataset.id = id;
    }
    dataset.state = dataset.uses.empty() ? DatasetState::at_rest : DatasetState::active;
    std::ranges::sort(dataset.pids);
    for (const RoleFact& role : snapshot_.roles) {
      if (uses(dataset, role.pid)) dataset.roles.push_back(role);
    }
    set_role(dataset);
  }

  /// One server that does not know makes the role unknown; of several that do, the first that is a primary counts.
  static void set_role(Dataset& dataset) {
    if (dataset.roles.empty()) {
      dataset.role_detail = dataset.state == DatasetState::active ? "nobody could be asked" : "not running";
      return;
    }
    const auto weight = [](const RoleFact& fact) {
      constexpr std::array order{Role::unknown, Role::primary,    Role::group_member,
                                 Role::relay,   Role::standalone, Role::replica};
      return std::ranges::find(order, fact.role) - order.begin();
    };
    const RoleFact& strongest = *std::ranges::min_element(dataset.roles, {}, weight);
    dataset.role = strongest.role;
    dataset.role_detail = strongest.role == Role::unknown ? strongest.why_unknown : strongest.replication;
  }

  std::size_t push(Dataset dataset, Trace trace) {
    datasets_.push_back(std::move(dataset));
    traces_.push_back(std::move(trace));
    return datasets_.size() - 1;
  }

  void add_use(std::size_t index, const DirectoryUse& use) {
    Dataset& dataset = datasets_[index];
    const auto same = [&](const DirectoryUse& u) { return u.pid == use.pid && u.how == use.how && u.file == use.file; };
    if (std::ranges::any_of(dataset.uses, same)) return;
    dataset.uses.push_back(use);
    if (use.pid > 0 && !uses(dataset, use.pid)) dataset.pids.push_back(use.pid);
  }

  static bool uses(const Dataset& dataset, std::int32_t pid) {
    return std::ranges::find(dataset.pids, pid) != dataset.pids.end();
  }

  const ProcessFact* process_of(std::int32_t pid) const {
    const auto found = processes_.find(pid);
    return found == processes_.end() ? nullptr : found->second;
  }

  Trace trace_of(std::uint64_t mnt_ns, std::string_view path, const Known<DeviceNumber>& device) const {
    return trace_place(graph_, mounts_, mnt_ns, snapshot_.host_mnt_ns, path, device);
  }

  const Snapshot& snapshot_;
  StorageGraph graph_;
  MountIndex mounts_;
  std::map<std::int32_t, const ProcessFact*> processes_;
  std::vector<Dataset> datasets_;
  std::vector<Trace> traces_;
};

}  // namespace

std::string_view to_string(DatasetState state) {
  switch (state) {
    case DatasetState::active:
      return "active";
    case DatasetState::remembered:
      return "remembered";
    case DatasetState::at_rest:
      break;
  }
  return "at_rest";
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::primary:
      return "primary";
    case Role::standalone:
      return "standalone";
    case Role::replica:
      return "replica";
    case Role::relay:
      return "relay";
    case Role::group_member:
      return "group_member";
    case Role::unknown:
      break;
  }
  return "unknown";
}

std::vector<Dataset> assemble_datasets(const Snapshot& snapshot) { return Assembly(snapshot).run(); }

}  // namespace guardd
