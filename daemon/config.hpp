// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "core/release.hpp"
#include "core/result.hpp"
#include "daemon/override_rules.hpp"
#include "daemon/worker/look.hpp"

namespace guardd {

inline constexpr std::string_view default_config = "/etc/guardd/guardd.json";

/// What guardd may take at most.
struct Limits {
  std::int64_t memory_mb = 2048;    ///< MiB of address space, for guardd and each process of its
  std::int64_t descriptors = 1024;  ///< open at once, for guardd and each process of its
  int wake_ups_per_s = 500;         ///< by one source of events
};

/// Whether the kernel keeps others from writing to disks with data, docs/seal.md.
enum class SealMode { off, observe, enforce };

/// guardd.json, docs/configuration.md. Without a file: these defaults.
struct Config {
  std::string askers_group;     ///< only its members, root and the operators may ask; empty: everybody
  std::string operators_group;  ///< members see what root sees; empty: nobody else does
  std::string
      credentials_file;  ///< an option file with a [client] section for the MySQL probe; empty: socket authentication
  Deadlines deadlines;
  bool readlink_only = false;           ///< descriptors are never learnt of by a BPF iterator
  std::chrono::seconds look_every{60};  ///< how often guardd looks when nobody asks and nothing changes
  int look_cpu_percent = 5;             ///< of one core, for looks that nobody asked for
  std::set<std::string, std::less<>> unused_event_sources;  ///< of event_source_names
  Limits limits;
  std::int64_t release_quiet_s = default_quiet_s;
  OverrideRules overrides;
  bool inhibit_shutdown = false;  ///< by logind, while policy refuses a reboot
  SealMode seal = SealMode::off;
};

/// Strict: an unknown or duplicate key, a wrong type or a value out of bounds is an error, "FILE: /pointer: what".
Result<Config> parse_config(std::string_view file, std::string_view text);

/// The file's configuration. A missing file is an error only where it was asked for (`required`).
Result<Config> read_config(const std::string& file, bool required);

}  // namespace guardd
