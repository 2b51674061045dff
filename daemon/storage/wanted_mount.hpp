// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guardd {

/// A filesystem that the host's configuration names.
struct WantedMount {
  std::string what;  ///< a node, a path, or TAG=value
  std::string where;
  std::string fstype;
  std::string options;   ///< separated by commas
  std::string named_by;  ///< the file that names it
};

struct WantedMounts {
  std::vector<WantedMount> mounts;
  std::vector<std::string> problems;  ///< lines that can't be read: they may name a filesystem
};

inline constexpr std::size_t max_wanted_mounts = 10'000;

/// fstab(5), by libmount's parser, so that guardd reads it as mount(8) does.
WantedMounts parse_fstab(std::string_view text, const std::string& named_by);

/// A systemd.mount(5) unit's [Mount] section; nothing for a unit without What= or Where=. Masked and templated units
/// are the caller's.
std::optional<WantedMount> parse_mount_unit(std::string_view text, const std::string& named_by);

/// An entry of crypttab(5).
struct WantedCrypt {
  std::string name;    ///< in /dev/mapper
  std::string device;  ///< a node or TAG=value
  std::string options;
};

struct WantedCrypts {
  std::vector<WantedCrypt> entries;
  std::vector<std::string> problems;
};

WantedCrypts parse_crypttab(std::string_view text);

/// Whether `options` (separated by commas) has `option`, alone or as `option=value`.
bool has_option(std::string_view options, std::string_view option);

}  // namespace guardd
