// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace guardd {

/// The path of `name` in `directory`, which may be "/" or empty: then it is relative. An empty name is the directory.
inline std::string joined(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (name.empty()) return path;
  if (!path.empty() && path.back() != '/') path += '/';
  return path.append(name);
}

}  // namespace guardd
