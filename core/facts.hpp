// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/known.hpp"

/// Facts: what inspectors saw on this host, each with its source. No opinions here: what a fact means for an
/// operation is decided by policy (core/decide.hpp). Strings hold raw bytes as the kernel gave them; they are made safe
/// where they leave (core/text.hpp).
namespace guardd {

struct DeviceNumber {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  auto operator<=>(const DeviceNumber&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14's false alarm
};

/// Inode numbers of a process's namespaces, namespaces(7); 0 where it could not be read.
struct Namespaces {
  std::uint64_t pid = 0;
  std::uint64_t user = 0;
  std::uint64_t net = 0;
  std::uint64_t mnt = 0;
  std::uint64_t time = 0;
  bool operator==(const Namespaces&) const = default;
};

/// A process that a service's recognition matched, or that holds data open (then `service` is empty).
struct ProcessFact {
  std::int32_t pid = 0;
  std::int32_t ppid = 0;
  std::uint64_t start_ticks = 0;  ///< field 22 of /proc/PID/stat: with pid, the process's identity on this boot
  std::uint32_t uid = 0;
  std::string comm;
  std::string exe;  ///< without the kernel's " (deleted)"
  bool exe_deleted = false;
  std::vector<std::string> args;
  std::string cgroup;  ///< cgroup v2 path, or that of the name=systemd hierarchy
  std::string unit;    ///< systemd unit from the cgroup path, or empty
  std::string cwd;
  Namespaces ns;
  bool contained = false;  ///< its mount, pid or user namespace is not PID 1's
  std::string service;
  std::string matched_by;                    ///< "executable", "comm", "argv0"; empty when `service` is
  std::vector<std::string> data_paths;       ///< data directories that its command line names, absolute
  std::vector<std::uint64_t> socket_inodes;  ///< of its sockets; only filled for matched processes and data holders
};

/// Something of a service's data that a process has in use.
struct OpenFileFact {
  std::int32_t pid = 0;
  std::string service;
  std::string path;  ///< as /proc gives it, without " (deleted)"
  bool deleted = false;
  bool writable = false;
  std::string how;             ///< "fd", "map", "io_uring"
  std::int64_t mount_id = -1;  ///< -1 where fdinfo had none
  /// Device of the file's filesystem from the holder's own mountinfo, never st_dev; unknown when it can't be traced.
  Known<DeviceNumber> device;
  std::uint64_t st_dev = 0;  ///< fstat's, 0 if not asked: to recognise the same directory, not to find a disk
  std::uint64_t inode = 0;
};

/// A block device that a process has open.
struct OpenDeviceFact {
  std::int32_t pid = 0;
  std::string exe;
  std::string path;
  DeviceNumber device;
  bool writable = false;
};

/// A directory that processes use: somebody's working directory, or the parent of an open file. Where to look for data.
struct BusyDirectory {
  std::string path;  ///< as seen in mount namespace mnt_ns
  std::int32_t pid = 0;
  std::uint64_t mnt_ns = 0;
  bool cwd = false;
};

/// One mount namespace, and a process through whose /proc entry it can be looked at.
struct NamespaceSample {
  std::uint64_t inode = 0;
  std::int32_t pid = 0;
};

/// One line of some mount namespace's mountinfo, proc_pid_mountinfo(5).
struct MountFact {
  std::uint64_t mnt_ns = 0;
  std::int64_t id = 0;
  std::int64_t parent = 0;
  DeviceNumber device;
  std::string root;  ///< the path within the filesystem that is mounted here
  std::string mountpoint;
  std::string fstype;
  std::string source;  ///< only to be believed where the filesystem itself writes it (btrfs)
  bool writable = false;
  std::string upperdir;  ///< overlay's, as its mounter named it
};

/// What a mounted filesystem holds at its root; deduplicated over mounts and namespaces by device number.
struct FilesystemFact {
  DeviceNumber device;
  std::string fstype;
  std::string mountpoint;   ///< one place where it is mounted
  Known<bool> has_content;  ///< anything but lost+found
};

struct BlockDeviceFact {
  std::string name;  ///< kernel name, "nvme0n1p2"
  DeviceNumber device;
  std::string parent;               ///< the whole disk of a partition
  std::vector<std::string> slaves;  ///< what a dm or md device stands on; of a logical partition, the extended one
  std::vector<std::string> holders;
  std::vector<std::string> exported_by =
      {};                    ///< who gives it, or a file on it, to other machines: "LIO iblock_0/disk1"
  std::string backing_file;  ///< of a loop device
  std::vector<DeviceNumber>
      backing_devices;  ///< of the filesystem that holds backing_file, empty where it can't be traced
  std::uint64_t diskseq = 0;
  std::string wwn = {};        ///< of the disk, /sys/block/NAME/device/wwid or udev's ID_WWN; empty where it has none
  std::string serial = {};     ///< of the disk, empty where it has none
  std::string part_uuid = {};  ///< of a partition, from the partition table; empty where it has none
  std::string part_type = {};  ///< of a partition: a GUID in small letters, or "0x83"
  std::uint64_t size_bytes = 0;
  bool read_only = false;
  bool removable = false;
  bool swap = false;
};

/// What libblkid recognises on a block device.
struct Signature {
  std::string usage;  ///< "filesystem", "raid", "crypto", "other"; "partition_table", type "gpt" or "dos"
  std::string type;   ///< "ext4", "LVM2_member", "linux_raid_member", "ceph_bluestore", "swap"
  std::string uuid;
  std::string label;
  bool operator==(const Signature&) const = default;
};

/// One block device that was looked into; a device that carries nothing known has an empty type.
struct SignatureFact {
  DeviceNumber device;
  Known<Signature> signature;
};

/// Whether somebody claims a block device for himself (mounts it, stacks on it, swaps on it): what an exclusive open
/// told. Asked only for the targets of a wipe, since the asking itself disturbs a mount that begins in that moment.
struct DeviceClaimFact {
  DeviceNumber device;
  Known<bool> claimed;
};

/// What a look through a path that is to be wiped told, all that lies beneath included. Asked only for the paths of a
/// wipe: the search of the host need not reach everything, and what is to be destroyed must be known.
struct TargetLookFact {
  std::string path;                 ///< the target's
  Known<bool> whole;                ///< true: all of it was seen, and it is what the caller sees by that name
  bool regular_file = false;        ///< and no directory
  std::vector<std::string> in_use;  ///< files that loop devices or swap stand on, "PATH: what stands on it"
};

/// Processes that have a data directory in use, and how.
struct DirectoryUse {
  std::int32_t pid = 0;
  std::string how;   ///< "fd", "map", "io_uring", "cwd", "argument", "lock", "process"
  std::string file;  ///< the file in use, or the directory itself
};

/// One entry of a data directory that tells whether the data still exists, wherever it was moved to.
struct Anchor {
  std::string name;           ///< of the marker, "ibdata1"
  std::string handle;         ///< of name_to_handle_at(2), "TYPE:HEX"; "ino:N" where the filesystem has no handles
  std::int64_t birth_ns = 0;  ///< statx(2) stx_btime, nanoseconds since the epoch; 0 where there is none
  bool operator==(const Anchor&) const = default;
};

/// How far the content of a data directory has come. Whatever is written, moved in or taken away changes it.
struct Watermark {
  std::int64_t newest_ns = 0;  ///< newest mtime or ctime beneath it, nanoseconds since the epoch
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Watermark&) const = default;
};

/// A directory that carries a service's markers.
struct DataDirectoryFact {
  std::string service;
  std::string path;  ///< as seen in mnt_ns
  std::uint64_t mnt_ns = 0;
  std::int64_t mount_id = -1;
  std::uint64_t st_dev = 0;  ///< with inode: the same directory seen twice; not a disk
  std::uint64_t inode = 0;
  Known<DeviceNumber> device;        ///< of its filesystem, from mountinfo
  std::vector<std::string> markers;  ///< the marker entries found
  std::int64_t newest_mtime_s = 0;   ///< newest of the marker files, seconds since the epoch
  std::vector<DirectoryUse> uses;
  std::string fs_uuid = {};    ///< of its filesystem, by the filesystem itself; empty where it has none
  std::string handle = {};     ///< its own, as Anchor::handle
  std::int64_t birth_ns = 0;   ///< its own, as Anchor::birth_ns
  std::string own_id = {};     ///< the service's: server_uuid of auto.cnf, PostgreSQL's system identifier; or empty
  std::string made_with = {};  ///< handles and births of its service's identity files; or empty
  std::vector<Anchor> anchors = {};  ///< its markers and identity files
};

enum class Whereabouts {
  unknown,      ///< could not be told; MemoryFact::why says why
  here,         ///< its filesystem is mounted, and the data exists on it
  deleted,      ///< its filesystem is mounted, and none of its anchors exist on it any more
  not_mounted,  ///< its filesystem is mounted nowhere
};

/// What became of a dataset that was seen earlier.
struct MemoryFact {
  std::string id;
  Whereabouts whereabouts = Whereabouts::unknown;
  std::string why;
  std::string path;  ///< where it is now, in mnt_ns; empty unless here
  std::uint64_t mnt_ns = 0;
  Known<DeviceNumber> device;  ///< of its filesystem, where that is mounted
  Known<Watermark> watermark;  ///< asked for only of those that somebody has released
};

/// A guarded service's listening TCP socket and who is connected to it.
struct ListenerFact {
  std::int32_t pid = 0;
  std::string service;
  std::uint16_t port = 0;
  std::uint32_t established = 0;
  std::vector<std::string> peers;  ///< a few of them, "10.0.0.7:51234"
};

enum class Role { unknown, primary, standalone, replica, relay, group_member };

/// What a server said of itself, through the socket that its own process listens on.
struct RoleFact {
  std::int32_t pid = 0;
  std::string service;
  Role role = Role::unknown;
  std::string why_unknown;  ///< set when role is unknown
  /// It said nothing, as one that shuts down does: it accepts no connections, ends them, or does not answer in time.
  bool silent = false;
  std::string version;
  std::string identity;           ///< server_uuid, or server_id where there is none
  Known<std::uint32_t> replicas;  ///< attached to this server
  Known<bool> read_only;
  /// Of a replica: it has applied all that its source has, and no delay is configured.
  Known<bool> caught_up;
  std::string source;       ///< "host:port" that it replicates from
  std::string replication;  ///< "running", "stopped", "connecting", "error 1062: ..."; empty when no replica
};

/// A filesystem that the host's configuration names and that is not mounted.
struct MissingMount {
  std::string what;
  std::string where;
  std::string named_by;  ///< "/etc/fstab", "/etc/crypttab", a mount unit
  /// The block device that `what` is; empty where there is no such device, or it is no device.
  Known<std::vector<DeviceNumber>> devices;
};

struct BootFact {
  Known<std::string> state;  ///< systemd's SystemState; "none" on a host without systemd
  std::vector<MissingMount> missing;
};

struct HostFact {
  std::string hostname;
  Known<std::vector<std::string>> aliases;  ///< what /etc/hosts puts on one line with the hostname
  std::string machine_id;
  std::string boot_id;
  std::string product_uuid;  ///< /sys/class/dmi/id/product_uuid, empty where there is none
};

enum class Health { ok, degraded, failed };

/// An answer must stay readable, and what broke a look is rarely more than one thing.
inline constexpr std::size_t max_inspector_problems = 16;

/// How open descriptors were learnt of. No fact about the host, and no degradation: both ways tell the same.
struct ScanFact {
  std::string method = {};   ///< "bpf_iterator" or "readlink"; empty when nothing was looked at
  std::string why_not = {};  ///< why it was no iterator
};

/// How one inspector fared. degraded: partial facts; failed: none that count. Both make a verdict unknown where policy
/// requires the inspector.
struct InspectorReport {
  std::string name;
  Health health = Health::failed;
  std::vector<std::string> problems;  ///< the first max_inspector_problems of them
  std::int64_t duration_us = 0;
};

/// One way in which the kernel tells of changes. It hastens looks, and no verdict rests on its silence.
struct EventSourceReport {
  std::string name;
  std::string problem;  ///< why it does not tell; empty where it does
};

}  // namespace guardd
