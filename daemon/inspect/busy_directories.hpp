// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/facts.hpp"
#include "daemon/inspect/name_matcher.hpp"

namespace guardd::walk {

/// The data inspector looks into each of them: about as many as it can within its deadline.
inline constexpr std::size_t max_busy_directories = 4096;

/// Directories in use, each once for a mount namespace; working directories count more than parents of open files, for
/// a database that holds no file open (PostgreSQL's postmaster, Redis) is found by them alone.
class BusyDirectories {
 public:
  void add_cwd(std::uint64_t mnt_ns, std::int32_t pid, std::string_view path) { cwds_.add(mnt_ns, pid, path); }
  void add_parent(std::uint64_t mnt_ns, std::int32_t pid, std::string_view path) { parents_.add(mnt_ns, pid, path); }
  void merge(const BusyDirectories& other);

  /// Working directories first, at most max_busy_directories. `complete` is false when there were more.
  [[nodiscard]] std::vector<BusyDirectory> list(bool& complete) const;

 private:
  class Set {
   public:
    void add(std::uint64_t mnt_ns, std::int32_t pid, std::string_view path);
    void merge(const Set& other);
    void list(bool cwd, const Set* without, std::vector<BusyDirectory>& out) const;
    [[nodiscard]] bool contains(std::uint64_t mnt_ns, std::string_view path) const;
    [[nodiscard]] bool overflowed() const { return overflowed_; }

   private:
    std::unordered_map<std::uint64_t, TextMap<std::int32_t>> pids_;
    std::size_t size_ = 0;
    bool overflowed_ = false;
  };
  Set cwds_;
  Set parents_;
};

}  // namespace guardd::walk
