// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace guardd {

inline constexpr std::size_t max_config_bytes = std::size_t{256} * 1024;
inline constexpr std::size_t max_config_paths = 256;

/// The absolute paths that a service's configuration gives to any of `keys`, in the forms `key = value`, `key: value`,
/// `key value`, lists separated by commas, YAML lists below the key, and `<key>value</key>`. Case and the difference of
/// '-' and '_' don't matter (MySQL takes both); of a dotted key (storage.dbPath) the last part alone will do too, for
/// YAML nests it. Only a hint where to look: what is misread costs a look-up, no more. At most max_config_paths.
std::vector<std::string> parse_config_paths(std::string_view text, const std::vector<std::string>& keys);

}  // namespace guardd
