// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace guardd::test {

/// A disk that forgets at a power failure what was not synced: SQLite's default VFS while this lives, which keeps
/// beside each file a copy of what the file was when it was last synced (https://www.sqlite.org/vfs.html).
class SyncedFiles {
 public:
  SyncedFiles();
  ~SyncedFiles();
  SyncedFiles(const SyncedFiles&) = delete;
  SyncedFiles& operator=(const SyncedFiles&) = delete;

  /// What would be in the directory after a power failure in this moment, put into the empty directory `target`.
  static void after_power_failure(const std::string& directory, const std::string& target);
};

}  // namespace guardd::test
