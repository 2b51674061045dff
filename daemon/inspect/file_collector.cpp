// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/file_collector.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "daemon/inspect/path_kinds.hpp"
#include "daemon/inspect/report.hpp"
#include "procfs/escapes.hpp"
#include "procfs/fields.hpp"

namespace guardd::walk {
namespace {

/// An epoll, a fanotify or an io_uring prints a line for each thing in it.
constexpr std::size_t max_fdinfo_bytes = 8U << 20U;

/// io_uring/fdinfo.c leaves its own lines out when the ring is locked just then: a busy ring is not for long.
constexpr int ring_attempts = 50;
constexpr timespec ring_pause{0, 200'000};

/// What the kernel knows of the file without asking anyone: AT_STATX_DONT_SYNC sends no request to a FUSE server or to
/// a remote machine (fuse_update_get_attr(), nfs_getattr()), so that nobody's file can hang the walk.
int look_at(int directory, const char* path, struct statx& status) {
  const unsigned wanted = STATX_TYPE | STATX_INO | STATX_MNT_ID;
  return ::statx(directory, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, wanted, &status) == 0 ? 0 : errno;
}

bool may_be_data(const struct statx& status) { return S_ISREG(status.stx_mode) || S_ISBLK(status.stx_mode); }

void identify(OpenFileFact& fact, const struct statx& status) {
  fact.st_dev = gnu_dev_makedev(status.stx_dev_major, status.stx_dev_minor);
  fact.inode = status.stx_ino;
}

std::string fd_path(const char* name) { return std::string("fd/") + name; }

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash == std::string_view::npos ? 0 : slash);
}

/// map_files names its entries without the leading zeros that maps prints.
std::string map_files_entry(std::string_view range) {
  const auto trimmed = [](std::string_view number) {
    const std::size_t first = number.find_first_not_of('0');
    return first == std::string_view::npos ? std::string_view("0") : number.substr(first);
  };
  const std::size_t dash = range.find('-');
  std::string name = "map_files/";
  name.append(trimmed(range.substr(0, dash))).append("-").append(trimmed(range.substr(dash + 1)));
  return name;
}

}  // namespace

void FileCollector::begin(const FileOwner& owner, Trouble& trouble) {
  owner_ = owner;
  trouble_ = &trouble;
  found_data_ = false;
  listed_ = 0;
  paths_.clear();
  parents_.clear();
  sockets_.clear();
  last_parent_.clear();
}

void FileCollector::descriptor(int table, const char* name, std::string_view link) {
  if (link == ring_link) return ring(table, name);
  if (needs_a_look(link)) {
    std::string_view path = link;
    const bool deleted = procfs::strip_deleted(path);
    if (match(procfs::basename_of(path))) data_file(table, name, path, deleted);
    if (may_be_block_device(path)) device(table, name, path);
  }
  bystander(link);
}

bool FileCollector::needs_a_look(std::string_view link) {
  if (!link.starts_with('/')) return link == ring_link;
  procfs::strip_deleted(link);
  return !is_made_up(link) && (match(procfs::basename_of(link)) || may_be_block_device(link));
}

void FileCollector::bystander(std::string_view link) {
  if (link.starts_with('/')) {
    procfs::strip_deleted(link);
    if (!is_made_up(link)) busy_parent(link);
  } else if (link.starts_with("socket:[")) {
    if (const auto inode = procfs::parse_number<std::uint64_t>(link.substr(8, link.size() - 9))) socket(*inode);
  }
}

void FileCollector::socket(std::uint64_t inode) {
  if (sockets_.size() < max_sockets_of_process) sockets_.push_back(inode);
}

bool FileCollector::match(std::string_view name) {
  data_files_.match(name, matches_);
  return !matches_.empty();
}

bool FileCollector::room_for(std::string_view path) {
  const bool new_parent = parents_.find(parent_of(path)) == parents_.end();
  if (listed_ >= max_files_of_process && !new_parent) return false;
  if (listed_ >= 4 * max_files_of_process || findings_.open_files.size() >= max_open_files) {
    trouble_->note_files("more data files open than are listed", 0);
    return false;
  }
  if (new_parent) parents_.emplace(parent_of(path));
  ++listed_;
  return true;
}

OpenFileFact FileCollector::fact(std::string_view path, bool deleted, const char* how) const {
  OpenFileFact made;
  made.pid = owner_.pid;
  made.path = path;
  made.deleted = deleted;
  made.how = how;
  // A name that several services use is the process's own service's, if it is one of them.
  made.service = recognitions_[matches_.front()].service;
  for (const std::size_t match : matches_) {
    if (recognitions_[match].service == owner_.service) made.service = owner_.service;
  }
  return made;
}

bool FileCollector::read_fdinfo(int table, const char* name, FdInfo& info) {
  const std::string path = std::string("fdinfo/") + name;
  const int error = text_.read_file(table, path.c_str(), max_fdinfo_bytes);
  if (has_ended(error)) return false;
  if (error != 0) {
    trouble_->note_files(path, error);
    return false;
  }
  auto parsed = parse_fdinfo(text_.text());
  if (!parsed) {
    trouble_->note_files(path + ": " + parsed.error().message, 0);
    return false;
  }
  info = std::move(parsed.value());
  return true;
}

Known<MountedOn> FileCollector::mounted_on(std::int64_t mount_id) {
  if (mount_id < 0) return Unknown{"the kernel does not tell on which mount it lies"};
  const auto mount = mounts_.find(owner_.directory, owner_.pid, owner_.mnt_ns, mount_id);
  if (!mount) return Unknown{mount.error().message};
  return *mount;
}

void FileCollector::data_file(int table, const char* name, std::string_view path, bool deleted) {
  // Whatever becomes of the details, a data file's name in a descriptor is a data file in use.
  if (!room_for(path)) {
    found_data_ = true;
    return;
  }
  OpenFileFact made = fact(path, deleted, "fd");
  FdInfo info;
  if (!read_fdinfo(table, name, info)) {
    if (trouble_->of_files().empty()) return;  // closed, or ended
    made.device = Unknown{"its descriptor can't be read"};
  } else {
    made.writable = info.writable();
    made.mount_id = info.mount_id;
    made.inode = info.inode;
    const Known<MountedOn> mount = mounted_on(info.mount_id);
    made.device = mount.known() ? Known<DeviceNumber>(mount.value().device) : Unknown{mount.why()};
    if (mount.known() && mount.value().walkable) {
      struct statx status {};
      if (look_at(table, fd_path(name).c_str(), status) == 0) {
        if (!may_be_data(status)) return;  // a FIFO, socket or directory of that name
        identify(made, status);
      }
    }
  }
  found_data_ = true;
  paths_.emplace(path);
  findings_.open_files.push_back(std::move(made));
}

void FileCollector::mapping(const MapLine& map) {
  std::string unescaped;
  std::string_view path = map.path;
  if (path.find('\\') != std::string_view::npos) {
    unescaped = procfs::unescape_octal_leniently(path);
    path = unescaped;
  }
  const bool deleted = procfs::strip_deleted(path);
  if (is_made_up(path)) return;
  busy_parent(path);
  // Nearly every mapped file is a library; a data file that is open too is listed as such.
  if (!match(procfs::basename_of(path)) || paths_.find(path) != paths_.end()) return;
  found_data_ = true;
  if (!room_for(path)) return;
  OpenFileFact made = fact(path, deleted, "map");
  made.writable = map.shared_writable;
  made.inode = map.inode;
  made.device = Unknown{"on which mount the mapped file lies can't be told"};
  struct statx status {};
  if (look_at(owner_.directory, map_files_entry(map.range).c_str(), status) == 0) {
    identify(made, status);
    if ((status.stx_mask & STATX_MNT_ID) != 0) {
      made.mount_id = static_cast<std::int64_t>(status.stx_mnt_id);
      const Known<MountedOn> mount = mounted_on(made.mount_id);
      made.device = mount.known() ? Known<DeviceNumber>(mount.value().device) : Unknown{mount.why()};
    }
  }
  paths_.emplace(path);
  findings_.open_files.push_back(std::move(made));
}

void FileCollector::ring(int table, const char* name) {
  FdInfo info;
  for (int attempt = 0; attempt < ring_attempts; ++attempt) {
    if (!read_fdinfo(table, name, info)) return;
    if (info.user_files) break;
    ::nanosleep(&ring_pause, nullptr);
  }
  if (!info.user_files) {
    trouble_->note_files("the files registered with its io_uring", EAGAIN);
    return;
  }
  for (const std::string& file : *info.user_files) {
    std::string_view path = file;
    const bool deleted = procfs::strip_deleted(path);
    if (is_made_up(path)) continue;
    busy_parent(path);
    if (!match(procfs::basename_of(path))) continue;
    found_data_ = true;
    if (paths_.find(path) != paths_.end() || !room_for(path)) continue;
    OpenFileFact made = fact(path, deleted, "io_uring");
    made.writable = true;  // the ring does not tell
    made.device = Unknown{"a file registered with an io_uring has no descriptor to trace"};
    paths_.emplace(path);
    findings_.open_files.push_back(std::move(made));
  }
}

void FileCollector::device(int table, const char* name, std::string_view path) {
  struct statx status {};
  if (const int error = look_at(table, fd_path(name).c_str(), status); error != 0) {
    if (!has_ended(error)) trouble_->note_files(fd_path(name), error);
    return;
  }
  if (!S_ISBLK(status.stx_mode)) return;
  found_data_ = true;
  OpenDeviceFact made;
  made.pid = owner_.pid;
  made.exe = owner_.exe;
  made.path = path;
  made.device = {status.stx_rdev_major, status.stx_rdev_minor};
  FdInfo info;
  made.writable = !read_fdinfo(table, name, info) || info.writable();
  const auto same = [&made](const OpenDeviceFact& other) {
    return other.pid == made.pid && other.device == made.device && other.writable == made.writable;
  };
  const auto& known = findings_.open_devices;
  if (std::any_of(known.rbegin(), known.rend(), same)) return;
  findings_.open_devices.push_back(std::move(made));
}

void FileCollector::busy_parent(std::string_view path) {
  const std::string_view parent = parent_of(path);
  // Files of one directory mostly come one after the other.
  if (parent == last_parent_) return;
  last_parent_ = parent;
  if (may_hold_open_data(parent)) findings_.busy.add_parent(owner_.mnt_ns, owner_.pid, parent);
}

}  // namespace guardd::walk
