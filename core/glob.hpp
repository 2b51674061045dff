// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace guardd {

/// glob(7) over one name: `*` (any bytes but '/'), `?` (one such byte), and nothing else special: no brackets, no
/// escapes. Never worse than pattern * name in time.
bool glob_match(std::string_view pattern, std::string_view name);

/// The same over an absolute path, component by component: both must have as many.
bool path_glob_match(std::string_view pattern, std::string_view path);

}  // namespace guardd
