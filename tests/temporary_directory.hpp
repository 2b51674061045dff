// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace guardd::test {

/// A directory of its own under /tmp, gone with the object. Names are relative to it; parents are made as needed. Other
/// users may enter it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = "/tmp/guardd-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }

  /// Each returns the path of what it made. A file or link that was there is replaced.
  std::string file(const std::string& name, const std::string& content = "x") const {
    std::ofstream(make_parent(name), std::ios::binary) << content;
    return at(name);
  }
  std::string directory(const std::string& name) const {
    std::filesystem::create_directories(at(name));
    return at(name);
  }
  std::string link(const std::string& name, const std::string& target) const {
    const std::string path = make_parent(name);
    std::filesystem::remove(path);
    std::filesystem::create_symlink(target, path);
    return path;
  }

 private:
  [[nodiscard]] std::string make_parent(const std::string& name) const {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    return at(name);
  }

  std::string path_;
};

}  // namespace guardd::test
