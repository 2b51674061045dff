// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/result.hpp"
#include "daemon/roles/credentials.hpp"
#include "daemon/roles/mysql_table.hpp"
#include "os/fd.hpp"

struct st_mysql;

namespace guardd {

inline constexpr std::size_t max_mysql_rows = 256;
inline constexpr std::size_t max_mysql_answer_bytes = 256UL * 1024;

/// libmariadb's own sockets connect to a path; this listens for it on an abstract socket, never accepts and never
/// speaks, so that the library waits right after its connect, and the descriptor can be exchanged for one whose other
/// end is proven (mysql_session.cpp). Made before descriptors are closed and privileges dropped.
class Placeholder {
 public:
  static Result<Placeholder> make();
  [[nodiscard]] int fd() const { return listener_.get(); }
  /// As libmariadb wants it: "@" and the abstract name.
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  Fd listener_;
  std::string address_;
};

/// A classic-protocol session over a socket that is connected and checked already. libmariadb with everything switched
/// off that a false server could use against its client: LOCAL INFILE, cleartext and dialog authentication, plugins,
/// option files, reconnecting, large packets. Every wait ends at the deadline, CLOCK_MONOTONIC: then the error is
/// "late". Other errors carry the server's or the library's number as their code, and "error 1227: ..." as their
/// message.
class MysqlSession {
 public:
  static Result<MysqlSession> open(Fd server, const Placeholder& placeholder, const MysqlLogin& login,
                                   std::int64_t deadline_us);

  /// One statement that gives one result, at most max_mysql_rows and max_mysql_answer_bytes ("too_big" beyond).
  Result<MysqlTable> query(std::string_view statement);
  /// Says goodbye, so that the server logs no aborted connection. The session can't be used afterwards.
  void close();

 private:
  struct Closer {
    void operator()(st_mysql* handle) const;
  };

  MysqlSession(std::unique_ptr<st_mysql, Closer> handle, std::int64_t deadline_us)
      : handle_(std::move(handle)), deadline_us_(deadline_us) {}

  /// Waits for what libmariadb asked for (MYSQL_WAIT_*); what became ready, or 0 when it is late.
  int wait(int wanted) const;
  template <typename Continue>
  bool finish(int wanted, Continue next) const;
  [[nodiscard]] Error error() const;
  Result<MysqlTable> read_result();

  std::unique_ptr<st_mysql, Closer> handle_;
  std::int64_t deadline_us_;
};

}  // namespace guardd
