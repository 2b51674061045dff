// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/policy.hpp"

namespace guardd::test {

namespace fs = std::filesystem;

inline const fs::path source_dir = GUARDD_SOURCE_DIR;

inline std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<fs::path> files_in(const fs::path& directory, const std::string& extension) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == extension) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  REQUIRE_FALSE(paths.empty());
  return paths;
}

inline PolicyFile parsed(const std::string& name, const std::string& text) {
  Result<PolicyFile> file = parse_policy(name, text);
  INFO(text);
  if (!file) FAIL(file.error().message);
  return *file;
}

inline std::string parse_failure(const std::string& text) {
  const Result<PolicyFile> file = parse_policy("f.json", text);
  return file ? "" : file.error().message;
}

inline std::vector<PolicyFile> shipped_files() {
  std::vector<PolicyFile> files;
  for (const fs::path& path : files_in(source_dir / "policies", ".json")) {
    if (path.filename() == "policy.schema.json") continue;
    files.push_back(parsed(path.filename(), content(path)));
  }
  return files;
}

inline Policy merged(const std::vector<PolicyFile>& files) {
  Result<Policy> policy = merge_policies(files);
  if (!policy) FAIL(policy.error().message);
  return *policy;
}

}  // namespace guardd::test
