// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "daemon/policy_store.hpp"

namespace guardd {

inline constexpr std::string_view default_socket = "/run/guardd/guardd.sock";
inline constexpr std::string_view default_state_dir = "/var/lib/guardd";

/// guardd's command line.
struct Options {
  std::string socket;
  std::string state_dir;
  std::vector<PolicyDirectory> policy_directories;
  std::string config;
  bool config_given = false;
  bool policies_given = false;
  bool host_mounts = false;  ///< workers leave guardd's mount namespace for PID 1's
  std::string log_level;
};

/// The options, or the exit status where there is nothing to run (--help, --version, a usage error, each told on the
/// terminal).
std::variant<Options, int> parse_options(int argc, const char* const* argv);

/// "system" for root's daemon with every place at its default; anything else is "private", and guardctl believes it
/// only where it was told the socket.
std::string instance_name(const Options& options, const std::string& bound_socket, bool root);

}  // namespace guardd
