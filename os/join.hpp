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

/// The directory that a path is in; "." of a plain name, "/" of what is in the root.
inline std::string parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace guardd
