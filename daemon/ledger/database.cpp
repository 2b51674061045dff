// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/database.hpp"

#include <fcntl.h>

#include <cerrno>

#include "os/fd.hpp"
#include "os/read.hpp"

namespace guardd::ledger {

Result<Database> Database::open(const std::string& path) {
  // Made here and not by SQLite, for its mode; a symbolic link in its place is nobody's ledger.
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return ledger_failed(os_error(errno, path).message);
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  const int opened = ::sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (opened != SQLITE_OK) return database.error("can't be opened");
  if (auto set = database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"); !set) {
    return set.error();
  }
  return database;
}

Result<Database> Database::open_to_read(const std::string& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  const int opened = ::sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (opened != SQLITE_OK) return database.error("can't be opened to read");
  return database;
}

Error Database::error(std::string_view doing) const {
  std::string message(doing);
  message += ": ";
  message += handle_ == nullptr ? "out of memory" : ::sqlite3_errmsg(handle_.get());
  return ledger_failed(std::move(message));
}

bool Database::lacked_space() const {
  constexpr int primary = 0xff;
  const int code = handle_ == nullptr ? SQLITE_OK : ::sqlite3_extended_errcode(handle_.get()) & primary;
  return code == SQLITE_FULL || code == SQLITE_IOERR;
}

Result<bool> Database::run(const char* sql) {
  if (::sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error(sql);
  return true;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int size = static_cast<int>(sql.size());
  if (::sqlite3_prepare_v2(handle_.get(), sql.data(), size, &statement, nullptr) != SQLITE_OK) return error(sql);
  return Statement(statement);
}

Result<std::int64_t> Database::number(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  if (!*row) return ledger_failed(std::string(sql) + ": no row");
  return statement->number(0);
}

Statement& Statement::bind(int parameter, std::string_view text) {
  const int result =
      ::sqlite3_bind_text64(handle_.get(), parameter, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  const int result = ::sqlite3_bind_int64(handle_.get(), parameter, number);
  if (bound_ == SQLITE_OK) bound_ = result;
  return *this;
}

Result<bool> Statement::step() {
  if (bound_ != SQLITE_OK) return ledger_failed(::sqlite3_errstr(bound_));
  const int result = ::sqlite3_step(handle_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return ledger_failed(::sqlite3_errmsg(::sqlite3_db_handle(handle_.get())));
}

std::string Statement::text(int column) const {
  const unsigned char* const bytes = ::sqlite3_column_text(handle_.get(), column);
  const int size = ::sqlite3_column_bytes(handle_.get(), column);
  return bytes == nullptr ? std::string()
                          : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

}  // namespace guardd::ledger
