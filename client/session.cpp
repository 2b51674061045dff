// SPDX-License-Identifier: Apache-2.0
#include "client/session.hpp"

#include <utility>

namespace guardd::client {

Session::Session(const Arguments& arguments, const LocalHost& local)
    : socket_(arguments.socket),
      rule_{.own_too = arguments.socket_given, .own = local.euid},
      timeout_(arguments.timeout),
      spinner_(!arguments.quiet) {}

Result<HttpResponse> Session::ask(const HttpRequest& request) {
  const bool is_first = spinner_.start("asking guardd");
  Result<HttpResponse> answer = exchange(request);
  if (is_first) spinner_.stop();
  return answer;
}

Result<HttpResponse> Session::exchange(const HttpRequest& request) {
  const Deadline deadline(timeout_);
  const bool changes_nothing = request.method == "GET" || request.path == "/v1/check";
  if (connection_ && connection_->reusable() && changes_nothing) {
    Result<HttpResponse> answer = connection_->exchange(request, deadline);
    // A kept connection may have been closed since: asking once more is harmless.
    if (answer || deadline.over()) return answer;
  }
  Result<Connection> opened = Connection::open(socket_, rule_, deadline, spinner_);
  if (!opened) {
    connection_.reset();
    return opened.error();
  }
  connection_.emplace(std::move(opened).value());
  return connection_->exchange(request, deadline);
}

}  // namespace guardd::client
