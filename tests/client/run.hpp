// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace guardd::client::test {

struct Run {
  int exit_status = -1;  ///< 128 + the signal that ended it
  int signal = 0;        ///< that ended it
  std::string out;
  std::string error;
  std::chrono::milliseconds took{0};
};

struct Surroundings {
  std::string out_path;                       ///< standard output goes there instead of into Run::out
  bool out_closed = false;                    ///< descriptor 1 is not open at all
  bool out_reader_gone = false;               ///< descriptor 1 is a pipe that nobody reads
  std::vector<std::string> environment = {};  ///< "NAME=VALUE", and nothing else
};

/// Runs the real guardctl to its end; kills it after 60 s.
Run guardctl(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

}  // namespace guardd::client::test
