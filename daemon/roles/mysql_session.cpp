// SPDX-License-Identifier: Apache-2.0
#include "daemon/roles/mysql_session.hpp"

#include <mysql.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "os/clock.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

// libmariadb looks for the wanted method's name anywhere in this list: none of mysql_clear_password, dialog,
// sha256_password and mysql_old_password is in it. caching_sha2_password sends the password itself over a Unix socket
// when the server's cache is cold, as every MySQL client does: there is one only for servers that are trusted with it
// (choose_login). It must be here for the others too: MySQL 8 greets with it whatever the account's method is.
constexpr const char* authentication_methods = "mysql_native_password,client_ed25519,caching_sha2_password";

constexpr std::size_t max_packet = 1024UL * 1024;

Error too_big() { return {"too_big", "its answer is too long"}; }
Error late() { return {"late", "it did not answer in time"}; }

/// Takes rows in, up to the bounds.
class AnswerReader {
 public:
  explicit AnswerReader(MYSQL_RES* result) : result_(result), count_(mysql_num_fields(result)) {}

  bool read_columns() {
    const MYSQL_FIELD* fields = mysql_fetch_fields(result_);
    for (unsigned i = 0; i < count_; ++i) {
      if (!take(fields[i].name_length)) return false;
      table_.columns.emplace_back(fields[i].name, fields[i].name_length);
    }
    return true;
  }

  bool add(MYSQL_ROW row) {
    if (table_.rows.size() == max_mysql_rows) return false;
    const unsigned long* lengths = mysql_fetch_lengths(result_);
    MysqlTable::Row cells(count_);
    for (unsigned i = 0; i < count_; ++i) {
      if (row[i] == nullptr) continue;
      if (!take(lengths[i])) return false;
      cells[i].emplace(row[i], lengths[i]);
    }
    table_.rows.push_back(std::move(cells));
    return true;
  }

  MysqlTable table() && { return std::move(table_); }

 private:
  bool take(std::size_t bytes) {
    bytes_ += bytes;
    return bytes_ <= max_mysql_answer_bytes;
  }

  MYSQL_RES* result_;
  unsigned count_;
  std::size_t bytes_ = 0;
  MysqlTable table_;
};

bool set_options(MYSQL* handle, std::int64_t deadline_us) {
  // MYSQL_OPT_NONBLOCK: the library asks us to wait, with our deadline. Its own timeouts are set beyond it, never to 0:
  // that is for ever.
  const std::int64_t left_s = std::max<std::int64_t>(deadline_us - monotonic_now_us(), 0) / 1'000'000;
  const auto beyond = static_cast<unsigned>(std::min<std::int64_t>(left_s, 3600) + 2);
  const unsigned off = 0;
  const my_bool no = 0;
  const std::size_t packet = max_packet;
  bool well = mysql_options(handle, MYSQL_OPT_NONBLOCK, nullptr) == 0;
  well = well && mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &beyond) == 0;
  well = well && mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &beyond) == 0;
  well = well && mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &beyond) == 0;
  well = well && mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &off) == 0;
  well = well && mysql_options(handle, MYSQL_OPT_RECONNECT, &no) == 0;
  well = well && mysql_options(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet) == 0;
  well = well && mysql_options(handle, MARIADB_OPT_RESTRICTED_AUTH, authentication_methods) == 0;
  return well;
}

}  // namespace

Result<Placeholder> Placeholder::make() {
  Placeholder placeholder;
  placeholder.listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!placeholder.listener_) return os_error(errno, "socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  // No name given: the kernel picks an abstract one that is free, unix(7).
  if (::bind(placeholder.listener_.get(), generic, sizeof(sa_family_t)) != 0) return os_error(errno, "bind");
  socklen_t size = sizeof address;
  if (::getsockname(placeholder.listener_.get(), generic, &size) != 0) return os_error(errno, "getsockname");
  if (::listen(placeholder.listener_.get(), 4) != 0) return os_error(errno, "listen");
  constexpr std::size_t before_name = offsetof(sockaddr_un, sun_path) + 1;
  if (size <= before_name) return Error{"no_name", "no abstract socket name was given"};
  placeholder.address_ = "@" + std::string(address.sun_path + 1, size - before_name);
  return placeholder;
}

void MysqlSession::Closer::operator()(st_mysql* handle) const {
  // Nothing more is said to it: a server that reads nothing could make even a farewell wait.
  if (const int socket = mysql_get_socket(handle); socket >= 0) ::shutdown(socket, SHUT_RDWR);
  mysql_close(handle);
}

int MysqlSession::wait(int wanted) const {
  pollfd waiting{};
  waiting.fd = mysql_get_socket(handle_.get());
  if ((wanted & MYSQL_WAIT_READ) != 0) waiting.events |= POLLIN;
  if ((wanted & MYSQL_WAIT_WRITE) != 0) waiting.events |= POLLOUT;
  if ((wanted & MYSQL_WAIT_EXCEPT) != 0) waiting.events |= POLLPRI;
  while (true) {
    const std::int64_t left_us = deadline_us_ - monotonic_now_us();
    if (left_us <= 0) return 0;
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left_us / 1000 + 1, 60'000)));
    if (ready < 0 && errno != EINTR) return 0;
    if (ready > 0) break;
  }
  int status = 0;
  if ((waiting.revents & POLLIN) != 0) status |= MYSQL_WAIT_READ;
  if ((waiting.revents & POLLOUT) != 0) status |= MYSQL_WAIT_WRITE;
  if ((waiting.revents & POLLPRI) != 0) status |= MYSQL_WAIT_EXCEPT;
  // An end or an error: the library finds it when it reads or writes.
  return status != 0 ? status : wanted & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE);
}

template <typename Continue>
bool MysqlSession::finish(int wanted, Continue next) const {
  while (wanted != 0) {
    const int ready = wait(wanted);
    if (ready == 0) return false;
    wanted = next(ready);
  }
  return true;
}

Error MysqlSession::error() const {
  const std::string number = std::to_string(mysql_errno(handle_.get()));
  return {number, "error " + number + ": " + mysql_error(handle_.get())};
}

Result<MysqlSession> MysqlSession::open(Fd server, const Placeholder& placeholder, const MysqlLogin& login,
                                        std::int64_t deadline_us) {
  MysqlSession session(std::unique_ptr<st_mysql, Closer>(mysql_init(nullptr)), deadline_us);
  MYSQL* const handle = session.handle_.get();
  if (handle == nullptr || !set_options(handle, deadline_us)) {
    return Error{"client", "the MySQL client library refuses its options"};
  }
  MYSQL* connected = nullptr;
  const int wanted = mysql_real_connect_start(&connected, handle, nullptr, login.user.c_str(), login.password.c_str(),
                                              nullptr, 0, placeholder.address().c_str(), 0);
  // It waits for a greeting that the placeholder never sends. From here on it talks to the server proper.
  if (wanted == 0) return session.error();
  if (::dup2(server.get(), mysql_get_socket(handle)) < 0) return os_error(errno, "dup2");
  server.reset();
  const auto next = [&](int ready) { return mysql_real_connect_cont(&connected, handle, ready); };
  if (!session.finish(wanted, next)) return late();
  if (connected == nullptr) return session.error();
  return session;
}

Result<MysqlTable> MysqlSession::query(std::string_view statement) {
  if (monotonic_now_us() >= deadline_us_) return late();
  MYSQL* const handle = handle_.get();
  int failed = 0;
  const int wanted = mysql_real_query_start(&failed, handle, statement.data(), statement.size());
  if (!finish(wanted, [&](int ready) { return mysql_real_query_cont(&failed, handle, ready); })) return late();
  if (failed != 0) return error();
  return read_result();
}

Result<MysqlTable> MysqlSession::read_result() {
  MYSQL* const handle = handle_.get();
  // Row by row, so that no answer is ever held that is longer than the bounds.
  MYSQL_RES* const result = mysql_use_result(handle);
  if (result == nullptr && mysql_errno(handle) != 0) return error();
  if (result == nullptr) return Error{"no_result", "it answered a question without a result"};
  AnswerReader reader(result);
  if (!reader.read_columns()) return too_big();
  while (true) {
    if (monotonic_now_us() >= deadline_us_) return late();
    MYSQL_ROW row = nullptr;
    const int wanted = mysql_fetch_row_start(&row, result);
    if (!finish(wanted, [&](int ready) { return mysql_fetch_row_cont(&row, result, ready); })) return late();
    if (row == nullptr) break;
    if (!reader.add(row)) return too_big();
  }
  if (mysql_errno(handle) != 0) return error();
  // Not after an early end: it would read the rest, however long. Then it goes with the process.
  mysql_free_result(result);
  if (mysql_more_results(handle) != 0) return Error{"no_result", "it gave more results than were asked for"};
  return std::move(reader).table();
}

void MysqlSession::close() {
  MYSQL* const handle = handle_.get();
  finish(mysql_close_start(handle), [&](int ready) { return mysql_close_cont(handle, ready); });
  (void)handle_.release();
}

}  // namespace guardd
