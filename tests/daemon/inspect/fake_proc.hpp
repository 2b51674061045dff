// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "tests/temporary_directory.hpp"

namespace guardd::test {

/// A tree that looks like a small /proc: files and links by relative path.
class FakeProc {
 public:
  void file(const std::string& name, const std::string& content) const { directory_.file(name, content); }
  void link(const std::string& name, const std::string& target) const { directory_.link(name, target); }
  void directory(const std::string& name) const { directory_.directory(name); }
  void remove(const std::string& name) const { std::filesystem::remove_all(directory_.at(name)); }
  [[nodiscard]] std::string root() const { return directory_.path(); }

  /// The namespace links of a process, all with inode numbers from `base` on.
  void namespaces(const std::string& process, int base) const {
    for (const std::string kind : {"pid", "user", "net", "mnt", "time"}) {
      link(process + "/ns/" + kind, kind + ":[" + std::to_string(base++) + "]");
    }
  }

 private:
  TemporaryDirectory directory_;
};

}  // namespace guardd::test
