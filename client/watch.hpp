// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/arguments.hpp"
#include "client/local_host.hpp"
#include "client/session.hpp"

namespace guardd::client {

/// The status, again whenever guardd tells that something has changed, and from time to time. On a terminal it is drawn
/// in place; elsewhere each one that differs from the one before is printed, and with --json each answer. Returns when
/// its reader is gone, "q" is typed, or guardd does not answer this caller.
int watch_status(const Arguments& arguments, const LocalHost& local, Session& session);

}  // namespace guardd::client
