// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"

namespace guardd::ledger {

class Statement;

/// What a decision says that can't be made for want of the ledger.
inline Error ledger_failed(std::string what) { return {"ledger.failed", std::move(what)}; }

/// One SQLite connection, for one thread. Errors have the code "ledger.failed" and SQLite's words for what is wrong.
class Database {
 public:
  /// Opens or makes the file (0600), in WAL mode with synchronous=FULL: a COMMIT that returned is on the disk,
  /// https://www.sqlite.org/pragma.html#pragma_synchronous. Waits for nobody: the file has one user, who has the lock.
  static Result<Database> open(const std::string& path);
  /// The same file beside that connection, on another thread: never waits for the writer, and changes nothing.
  static Result<Database> open_to_read(const std::string& path);

  /// Statements without results; true, for want of a Result<void>.
  Result<bool> run(const char* sql);
  Result<Statement> prepare(std::string_view sql);
  /// The one number that a query yields.
  Result<std::int64_t> number(std::string_view sql);

  [[nodiscard]] Error error(std::string_view doing) const;
  /// Whether what failed last did so for want of space, or of something that looks like it to SQLite: with a quota, or
  /// where the filesystem notices late, writing is an I/O error, https://www.sqlite.org/rescode.html.
  [[nodiscard]] bool lacked_space() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { ::sqlite3_close_v2(handle); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement; parameters count from 1 and are NULL until they are bound, columns count from 0.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::int64_t number);
  /// True when there is a row, false at the end.
  Result<bool> step();

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const { return ::sqlite3_column_int64(handle_.get(), column); }
  [[nodiscard]] bool is_null(int column) const { return ::sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { ::sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bound_ = SQLITE_OK;  ///< the first error of a bind
};

}  // namespace guardd::ledger
