// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/recognition.hpp"
#include "daemon/inspect/findings.hpp"
#include "daemon/inspect/mount_lookup.hpp"
#include "daemon/inspect/name_matcher.hpp"
#include "daemon/inspect/proc_io.hpp"
#include "procfs/fdinfo.hpp"
#include "procfs/maps.hpp"

namespace guardd::walk {

/// Data files listed of one process. More of the same directory add nothing; of other directories one each is listed
/// still, up to four times as many, and beyond that it is said that some are missing.
inline constexpr std::size_t max_files_of_process = 256;
/// Data files listed by one thread of the walk.
inline constexpr std::size_t max_open_files = 10'000;
inline constexpr std::size_t max_sockets_of_process = 20'000;

/// What /proc/PID/fd says of an io_uring.
inline constexpr std::string_view ring_link = "anon_inode:[io_uring]";

/// The process whose files are collected.
struct FileOwner {
  std::int32_t pid = 0;
  int directory = -1;  ///< /proc/PID, or a living thread's /proc/PID/task/TID
  std::uint64_t mnt_ns = 0;
  std::string_view exe;
  std::string_view service;  ///< empty for none
};

/// Sorts what a process has open: data files, block devices, sockets, and directories in use. What is none of these
/// costs a look at its name.
class FileCollector {
 public:
  FileCollector(const std::vector<Recognition>& recognitions, const NameMatcher& data_files, Findings& findings)
      : recognitions_(recognitions), data_files_(data_files), findings_(findings) {}

  void begin(const FileOwner& owner, Trouble& trouble);
  /// Descriptor `table`/fd/`name`, with its link's target.
  void descriptor(int table, const char* name, std::string_view link);
  /// Whether descriptor() asks the file itself about this link. Of all others it takes in no more than the name, and
  /// bystander() and socket() do as well.
  [[nodiscard]] bool needs_a_look(std::string_view link);
  void bystander(std::string_view link);
  void socket(std::uint64_t inode);
  void mapping(const MapLine& map);

  [[nodiscard]] bool found_data() const { return found_data_; }
  [[nodiscard]] std::vector<std::uint64_t>& sockets() { return sockets_; }

 private:
  bool match(std::string_view name);
  bool room_for(std::string_view path);
  void data_file(int table, const char* name, std::string_view path, bool deleted);
  void device(int table, const char* name, std::string_view path);
  void ring(int table, const char* name);
  void busy_parent(std::string_view path);
  [[nodiscard]] bool read_fdinfo(int table, const char* name, FdInfo& info);
  [[nodiscard]] Known<MountedOn> mounted_on(std::int64_t mount_id);
  OpenFileFact fact(std::string_view path, bool deleted, const char* how) const;

  const std::vector<Recognition>& recognitions_;
  const NameMatcher& data_files_;
  Findings& findings_;
  MountLookup mounts_;

  FileOwner owner_;
  Trouble* trouble_ = nullptr;
  bool found_data_ = false;
  std::size_t listed_ = 0;
  std::unordered_set<std::string, TextHash, std::equal_to<>> paths_;
  std::unordered_set<std::string, TextHash, std::equal_to<>> parents_;
  std::vector<std::uint64_t> sockets_;
  std::vector<std::size_t> matches_;
  std::string last_parent_;
  TextBuffer text_;
};

}  // namespace guardd::walk
