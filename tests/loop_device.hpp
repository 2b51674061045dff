// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/temporary_directory.hpp"

namespace guardd::test {

/// The exit status of a shell command whose output is nobody's.
inline int run(const std::string& command) {
  return std::system(("PATH=$PATH:/sbin:/usr/sbin; { " + command + "; } >/dev/null 2>&1").c_str());
}

/// A loop device of this machine over a sparse file; `name` is empty where it gives none.
struct Loop {
  TemporaryDirectory tree;
  std::string image = tree.file("disk.img", "");
  std::string name;

  explicit Loop(std::uintmax_t bytes) {
    std::filesystem::resize_file(image, bytes);
    for (int attempt = 0; attempt < 5 && name.empty(); ++attempt) {
      if (run("losetup --find --show " + image + " > " + tree.at("name")) != 0) continue;
      std::ifstream(tree.at("name")) >> name;
      name.erase(0, name.rfind('/') + 1);
    }
    if (name.empty()) WARN("this machine gives no loop devices: not tested");
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    if (name.empty()) return;
    (void)run("partx --delete /dev/" + name);
    (void)run("losetup --detach /dev/" + name);
  }
};

}  // namespace guardd::test
