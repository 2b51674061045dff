// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace guardd {

/// An answer as JSON text, to be told again later: every `age_ms` in it, which is always its look's age, is written
/// anew. Within a JSON string the quotes of such a key would be escaped, so what a host calls its files is never taken
/// for one.
class AgedText {
 public:
  explicit AgedText(const std::string& text);

  [[nodiscard]] std::string at(std::int64_t age_ms) const;

 private:
  std::vector<std::string> parts_;  ///< between the ages
};

}  // namespace guardd
