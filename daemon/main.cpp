// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <exception>
#include <string_view>

#include "daemon/logging.hpp"
#include "daemon/options.hpp"
#include "daemon/run.hpp"
#include "daemon/worker/fork_server.hpp"

int main(int argc, char** argv) {
  // What guardd starts itself as, before anything is opened or any thread runs.
  if (argc == 2 && argv[1] == guardd::fork_server_word) {
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
