// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace guardd::client {

/// What `guardctl --help` shows, out of the tables of commands and options.
std::string help();

}  // namespace guardd::client
