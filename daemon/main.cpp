// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string_view>

#include "daemon/logging.hpp"
#include "daemon/options.hpp"
#include "daemon/run.hpp"
#include "daemon/worker/fork_server.hpp"
#include "daemon/worker/host_mounts.hpp"

namespace {

/// Where it can't, the workers notice whose mounts they see (daemon/inspect/sight.cpp), and every verdict is unknown.
void leave_sandbox() {
  if (const std::optional<guardd::Error> failure = guardd::join_host_mounts()) {
    (void)std::fprintf(stderr, "guardd can't look at the host's mounts, so its answers are unknown: %s\n",
                       failure->message.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  // What guardd starts itself as, before anything is opened or any thread runs.
  const std::string_view word = argc == 2 ? argv[1] : "";
  if (word == guardd::host_mounts_fork_server_word) leave_sandbox();
  if (word == guardd::fork_server_word || word == guardd::host_mounts_fork_server_word) {
    return guardd::fork_server_main(guardd::inspector_table(), guardd::prepare_inspectors());
  }

  const std::variant<guardd::Options, int> parsed = guardd::parse_options(argc, argv);
  if (const int* status = std::get_if<int>(&parsed)) return *status;
  const auto& options = std::get<guardd::Options>(parsed);
  guardd::start_logging(options.log_level);
  int status = EXIT_FAILURE;
  try {
    status = guardd::run_daemon(options);
  } catch (const std::exception& error) {
    spdlog::critical("{}", error.what());
  }
  guardd::stop_logging(status);
  return status;
}
