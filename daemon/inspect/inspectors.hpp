// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "core/recognition.hpp"

/// The inspectors: each a function from an input to facts and a report of its own health, run in a worker process that
/// guardd can lose (daemon/worker). They know no policy. They throw nothing for what they can't see: that is a problem
/// in the report.
namespace guardd {

/// Where the kernel's and the host's files are; tests point it at captured trees.
struct HostRoot {
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string etc = "/etc";
  std::string run = "/run";
  std::string dev = "/dev";
};

struct ProcessesInput {
  std::vector<Recognition> recognitions;
  std::int64_t deadline_ms =
      3000;                    ///< the inspector's own: past it, it reports itself degraded and returns what it has
  bool readlink_only = false;  ///< even where an iterator is at hand
  std::vector<std::int32_t> pids = {};  ///< only these are looked at: a glance. Empty: all
};

/// Of the inspectors "processes" and "open_files", one walk.
struct ProcessesOutput {
  std::vector<ProcessFact> processes;
  std::vector<OpenFileFact> open_files;
  std::vector<OpenDeviceFact> open_devices;
  std::vector<BusyDirectory> busy_directories;
  bool busy_directories_complete = true;
  std::vector<NamespaceSample> mount_namespaces;  ///< PID 1's first
  std::uint64_t processes_seen = 0;
  std::uint64_t descriptors_seen = 0;
  ScanFact scan;
  std::vector<InspectorReport> reports;
};
ProcessesOutput inspect_processes(const ProcessesInput& input, const HostRoot& root);

struct StorageInput {
  std::vector<NamespaceSample> mount_namespaces;
};
/// Of the inspector "storage": mounts, swap and block devices.
struct StorageOutput {
  std::uint64_t host_mnt_ns = 0;
  std::vector<MountFact> mounts;
  std::vector<BlockDeviceFact> devices;
  std::vector<InspectorReport> reports;
};
StorageOutput inspect_storage(const StorageInput& input, const HostRoot& root);

struct SignaturesInput {
  std::int64_t deadline_ms = 1000;  ///< its own: past it, what it has not looked into is not known
};
/// What the partition table says of a partition.
struct PartitionFact {
  DeviceNumber device;
  std::string uuid;  ///< as BlockDeviceFact::part_uuid
  std::string type;  ///< as BlockDeviceFact::part_type
};
/// Of the inspector "signatures": it reads each block device, which a broken disk or a lost LUN can make hang.
struct SignaturesOutput {
  std::vector<SignatureFact> signatures;
  std::vector<PartitionFact> partitions;
  std::vector<InspectorReport> reports;
};
SignaturesOutput inspect_signatures(const SignaturesInput& input, const HostRoot& root);

struct DataInput {
  std::vector<Recognition> recognitions;
  std::vector<NamespaceSample> mount_namespaces;
  std::vector<ProcessFact> processes;
  std::vector<OpenFileFact> open_files;
  std::vector<BusyDirectory> busy_directories;
  std::vector<std::string> known_paths;  ///< of datasets in earlier snapshots, in PID 1's mount namespace
  std::int64_t deadline_ms = 1500;
};
/// Of the inspector "data_directories".
struct DataOutput {
  std::vector<DataDirectoryFact> directories;
  std::vector<FilesystemFact> filesystems;
  std::vector<InspectorReport> reports;
};
DataOutput inspect_data(const DataInput& input, const HostRoot& root);

/// A dataset of an earlier look, and what finds it again.
struct RememberedDataset {
  std::string id = {};
  std::string path = {};  ///< where it was, in PID 1's mount namespace
  std::string fs_uuid = {};
  std::string fstype = {};
  std::string handle = {};
  std::vector<Anchor> anchors = {};
  bool watermark = false;  ///< also tell how far its content has come
};
struct MemoryInput {
  std::vector<RememberedDataset> datasets;
  std::vector<NamespaceSample> mount_namespaces;
  std::int64_t deadline_ms = 1500;
};
/// Of the inspector "memory": what became of each of them.
struct MemoryOutput {
  std::vector<MemoryFact> facts;
  std::vector<InspectorReport> reports;
};
MemoryOutput inspect_memory(const MemoryInput& input, const HostRoot& root);

struct ClientsInput {
  std::vector<ProcessFact> processes;  ///< those with a service
};
/// Of the inspector "clients".
struct ClientsOutput {
  std::vector<ListenerFact> listeners;
  std::vector<InspectorReport> reports;
};
ClientsOutput inspect_clients(const ClientsInput& input, const HostRoot& root);

/// Of the inspector "boot": the host's identity, whether it has finished booting, what should be mounted and is not.
struct BootOutput {
  HostFact host;
  BootFact boot;
  std::vector<InspectorReport> reports;
};
BootOutput inspect_boot(const HostRoot& root);

struct ClaimsInput {
  std::vector<DeviceNumber> devices;  ///< at most 4096 are looked at
};
/// Tries to open each exclusively, open(2) O_EXCL, and closes it at once.
struct ClaimsOutput {
  std::vector<DeviceClaimFact> claims;
  std::vector<InspectorReport> reports;
};
ClaimsOutput inspect_claims(const ClaimsInput& input, const HostRoot& root);

/// A path as the caller resolved it.
struct TargetPath {
  std::string path;
  std::int64_t mount_id = -1;  ///< -1: not said
  std::uint64_t inode = 0;     ///< 0: not said
};

struct TargetsInput {
  std::vector<Recognition> recognitions;
  std::vector<TargetPath> targets;
  std::vector<BlockDeviceFact> loops;  ///< loop devices in use
  std::int64_t deadline_ms = 2500;     ///< its own: past it, what it has not seen is not known
};
/// Looks through each target to its end, as PID 1 sees it.
struct TargetsOutput {
  std::vector<TargetLookFact> looks;
  std::vector<DataDirectoryFact> directories;  ///< in the targets, and around them
  std::vector<InspectorReport> reports;
};
TargetsOutput inspect_targets(const TargetsInput& input, const HostRoot& root);

struct RoleInput {
  ProcessFact process;
  std::string probe;             ///< "mysql"
  std::string credentials_file;  ///< a [client] file, or empty
  std::int64_t deadline_ms = 1000;
};
/// Asks one server, in a process of its own without capabilities.
RoleFact probe_role(const RoleInput& input, const HostRoot& root);

/// Whether a process of guardd's sees what PID 1 sees: its pid, user, net, mnt and time namespaces and the capabilities
/// that looking needs, against PID 1's. One message for each thing that is not so, or that can't be known; empty when
/// all is well.
std::vector<std::string> sight_problems(const HostRoot& root);

}  // namespace guardd
