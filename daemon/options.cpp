// SPDX-License-Identifier: Apache-2.0
#include "daemon/options.hpp"

#include <CLI/CLI.hpp>

#include "daemon/config.hpp"

namespace guardd {

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  options.socket = default_socket;
  options.state_dir = default_state_dir;
  options.config = default_config;
  options.log_level = "info";
  std::vector<std::string> policy_dirs;

  CLI::App app("Answers whether this host may be reinstalled, wiped or rebooted.", "guardd");
  app.set_version_flag("--version", "guardd " GUARDD_VERSION);
  app.add_option("--socket", options.socket, "where to listen, unless systemd passes a socket")->capture_default_str();
  app.add_option("--state-dir", options.state_dir, "what guardd keeps; one guardd at a time uses it")
      ->capture_default_str();
  app.add_option("--policy-dir", policy_dirs,
                 "instead of /usr/share/guardd/policies and /etc/guardd/policies; may be given several times")
      ->allow_extra_args(false);
  const CLI::Option* config =
      app.add_option("--config", options.config, "configuration, strict JSON")->capture_default_str();
  app.add_flag("--host-mounts", options.host_mounts,
               "look at PID 1's mounts: for a unit whose sandbox gives guardd itself a mount namespace of its own");
  app.add_option("--log-level", options.log_level, "trace, debug, info, warning, error or critical")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "critical"}))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  options.config_given = config->count() > 0;
  options.policies_given = !policy_dirs.empty();
  options.policy_directories = default_policy_directories();
  if (options.policies_given) options.policy_directories.clear();
  for (std::string& directory : policy_dirs) options.policy_directories.push_back({std::move(directory), false});
  return options;
}

std::string instance_name(const Options& options, const std::string& bound_socket, bool root) {
  const bool at_default =
      bound_socket == default_socket && options.state_dir == default_state_dir && !options.policies_given;
  return root && at_default ? "system" : "private";
}

}  // namespace guardd
