// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace guardd::test {

/// A directory of its own under /tmp, gone with the object. Paths are relative to it; parents are made as needed.
class TempTree {
 public:
  TempTree() {
    std::string name = "/tmp/guardd-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;
  ~TempTree() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }

  TempTree& file(const std::string& name, const std::string& content = "x") {
    make_parent(name);
    std::ofstream(at(name), std::ios::binary) << content;
    return *this;
  }
  TempTree& directory(const std::string& name) {
    std::filesystem::create_directories(at(name));
    return *this;
  }
  TempTree& link(const std::string& name, const std::string& target) {
    make_parent(name);
    std::filesystem::create_symlink(target, at(name));
    return *this;
  }

 private:
  void make_parent(const std::string& name) const {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
  }

  std::string path_;
};

}  // namespace guardd::test
