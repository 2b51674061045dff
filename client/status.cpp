// SPDX-License-Identifier: Apache-2.0
#include "client/commands.hpp"
#include "client/fetch.hpp"
#include "client/render.hpp"
#include "client/watch.hpp"

namespace guardd::client {

int status(const Arguments& arguments) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  if (arguments.watch) return watch_status(arguments, local, session);
  return show(arguments, fetch_document(session, arguments, local, {"GET", "/v1/status"}), render_status);
}

}  // namespace guardd::client
