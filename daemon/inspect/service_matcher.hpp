// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/recognition.hpp"
#include "daemon/inspect/name_matcher.hpp"

namespace guardd::walk {

/// The names by which a process may be known.
struct ProcessNames {
  std::string_view exe;  ///< the executable's path, without " (deleted)"
  std::string_view comm;
  const std::vector<std::string_view>& arguments;
};

struct ServiceMatch {
  std::size_t recognition = 0;  ///< index
  const char* by = "";          ///< "executable", "comm" or "argv0"
};

/// Which service a process runs, by any of its names: a renamed binary keeps its argv[0] or comm, a renamed process its
/// binary.
class ServiceMatcher {
 public:
  explicit ServiceMatcher(const std::vector<Recognition>& recognitions);

  /// The first recognition by name whose argument_contains, if it has any, is met too.
  [[nodiscard]] std::optional<ServiceMatch> match(const ProcessNames& names) const;
  /// Whether a process of these names may be a service's: by its executable or comm alone, or as something that runs
  /// what its arguments say.
  [[nodiscard]] bool may_match(std::string_view exe, std::string_view comm) const;
  [[nodiscard]] const Recognition& recognition(std::size_t index) const { return recognitions_[index]; }

 private:
  [[nodiscard]] std::optional<std::size_t> find(const TextMap<std::vector<std::size_t>>& among, std::string_view name,
                                                const std::vector<std::string_view>& arguments) const;

  const std::vector<Recognition>& recognitions_;
  TextMap<std::vector<std::size_t>> executables_;
  TextMap<std::vector<std::size_t>> comms_;  ///< cut to 15 bytes: TASK_COMM_LEN, proc_pid_comm(5)
};

/// The directories that a command line names by the given options (Recognition::datadir_arguments), relative ones under
/// `cwd`. In order, each once.
std::vector<std::string> data_paths(const std::vector<std::string>& options,
                                    const std::vector<std::string_view>& arguments, std::string_view cwd);

}  // namespace guardd::walk
