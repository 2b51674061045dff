// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "client/deadline.hpp"
#include "client/http.hpp"
#include "client/spinner.hpp"
#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd::client {

/// Whose answers are taken: those of a server whose socket root made, or where the caller named the socket, the caller.
struct PeerRule {
  bool own_too = false;
  uid_t own = 0;

  [[nodiscard]] bool trusts(uid_t peer) const { return peer == 0 || (own_too && peer == own); }
};

/// A connected socket whose other end the rule trusts: who made it listen (SO_PEERCRED, unix(7)) is known before a byte
/// is sent. Non-blocking, close-on-exec. Errors as Connection's.
Result<Fd> connect_to(const std::string& socket, const PeerRule& rule, const Deadline& deadline);

/// A connection to guardd's socket. Errors have the code "daemon.unreachable" (nothing usable came, or too late) or
/// "daemon.untrusted" (what came can't be believed), and a message that goes on from "guardd ...".
class Connection {
 public:
  /// As connect_to(). The spinner turns while an answer is waited for, and outlives the connection.
  static Result<Connection> open(const std::string& socket, const PeerRule& rule, const Deadline& deadline,
                                 Spinner& spinner);

  /// One request and its whole answer, all before the deadline.
  Result<HttpResponse> exchange(const HttpRequest& request, const Deadline& deadline);

  /// False after an error or when the server means to close: open a new one.
  [[nodiscard]] bool reusable() const { return reusable_; }

 private:
  Connection(Fd socket, Spinner& spinner) : socket_(std::move(socket)), spinner_(&spinner) {}
  [[nodiscard]] std::optional<Error> send_all(std::string_view bytes, const Deadline& deadline);
  [[nodiscard]] std::optional<Error> wait_for(short events, const Deadline& deadline);

  Fd socket_;
  Spinner* spinner_;
  bool reusable_ = true;
};

}  // namespace guardd::client
