// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

/// Directories of small files that are written whole or not at all, and believed only where root (or this process's own
/// user) made them.
namespace guardd::gate {

inline constexpr std::size_t max_state_file = std::size_t{16} * 1024;
inline constexpr std::size_t max_state_files = 1000;  ///< of one directory that are read

/// Replaces the file by rename(2), in a directory that is made (0755) where it is missing. `mode` as of chmod(2),
/// whatever the umask. `durable`: on the disk when this returns, the name too. Errors: "bad_name" for what is no name
/// of a visible file, "too_big", "foreign" for a directory of somebody else's, others as os/read.hpp's.
Result<bool> write_state_file(const std::string& directory, const std::string& name, std::string_view text,
                              unsigned mode, bool durable);
/// A file that is not there is removed already.
Result<bool> remove_state_file(const std::string& directory, const std::string& name, bool durable);

struct StateFiles {
  std::vector<std::pair<std::string, std::string>> files;  ///< name and content, in the order of the names
  std::vector<std::string> problems;                       ///< "PATH: what is wrong"; a part may be missing
};
/// What is in the directory; one that is not there is empty. Temporary files (names with a leading dot) are left out.
/// Links are not followed.
StateFiles read_state_files(const std::string& directory);

}  // namespace guardd::gate
