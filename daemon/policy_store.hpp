// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/policy.hpp"
#include "core/result.hpp"

namespace guardd {

/// Where policies are read from. A missing directory is an error unless it is optional.
struct PolicyDirectory {
  std::string path;
  bool optional = false;
  /// Names of files that must be there. A shipped policy that is gone, in the middle of a package's upgrade, is a
  /// service that guardd would no longer know.
  std::vector<std::string> required = {};
};

/// The shipped floor, and the site's own, which need not exist.
std::vector<PolicyDirectory> default_policy_directories();

struct PolicySource {
  std::string path;
  std::string text;
};

/// Every *.json but *.schema.json and hidden ones, by directory in the order given and by name within. Anything that
/// can't be read is an error.
Result<std::vector<PolicySource>> read_policy_sources(const std::vector<PolicyDirectory>& directories);

/// "sha256:..." over the paths and contents, each with its length before it, so that no two sets of files have one
/// input.
std::string policy_digest(const std::vector<PolicySource>& sources);

/// Parses and unites them. A policy without services, rules or required inspectors is an error: it would allow
/// everything.
Result<Policy> make_policy(const std::vector<PolicySource>& sources);

/// The policy in force, and whether the last attempt to replace it went well.
class PolicyStore {
 public:
  explicit PolicyStore(std::vector<PolicyDirectory> directories) : directories_(std::move(directories)) {}

  /// Reads the directories anew. After an error the last good generation stays, and problems() says why.
  Result<std::shared_ptr<const Policy>> load();

  [[nodiscard]] const std::shared_ptr<const Policy>& current() const { return current_; }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::vector<PolicyDirectory> directories_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const Policy> current_;
  std::vector<std::string> problems_;
};

}  // namespace guardd
