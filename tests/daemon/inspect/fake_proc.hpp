// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace guardd::test {

/// A directory of its own under /tmp, gone at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = "/tmp/guardd-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A tree that looks like a small /proc: files and links by relative path.
class FakeProc {
 public:
  void file(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(at(name).parent_path());
    std::ofstream(at(name), std::ios::binary) << content;
  }
  void link(const std::string& name, const std::string& target) const {
    std::filesystem::create_directories(at(name).parent_path());
    std::filesystem::remove(at(name));
    std::filesystem::create_symlink(target, at(name));
  }
  void directory(const std::string& name) const { std::filesystem::create_directories(at(name)); }
  void remove(const std::string& name) const { std::filesystem::remove_all(at(name)); }
  [[nodiscard]] std::string root() const { return directory_.path(); }

  /// The namespace links of a process, all with inode numbers from `base` on.
  void namespaces(const std::string& process, int base) const {
    for (const std::string kind : {"pid", "user", "net", "mnt", "time"}) {
      link(process + "/ns/" + kind, kind + ":[" + std::to_string(base++) + "]");
    }
  }

 private:
  [[nodiscard]] std::filesystem::path at(const std::string& name) const {
    return std::filesystem::path(directory_.path()) / name;
  }
  TemporaryDirectory directory_;
};

}  // namespace guardd::test
