// SPDX-License-Identifier: Apache-2.0
#include "daemon/roles/credentials.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "os/fd.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_client_file = 64UL * 1024;
constexpr std::size_t max_passwd_file = 4UL * 1024 * 1024;
constexpr std::size_t max_value = 256;
constexpr std::string_view service_user = "mysql";

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\v\f";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// A '#' outside quotes begins a comment, in the middle of a line too.
std::string_view without_comment(std::string_view line) {
  char quote = 0;
  bool escaped = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if ((c == '\'' || c == '"') && !escaped) {
      if (quote == 0) {
        quote = c;
      } else if (quote == c) {
        quote = 0;
      }
    }
    if (quote == 0 && c == '#') return line.substr(0, i);
    escaped = quote != 0 && c == '\\' && !escaped;
  }
  return line;
}

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 's':
      return ' ';
    default:
      return c;
  }
}

std::string option_value(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front()) {
    text = text.substr(1, text.size() - 2);
  }
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      value += unescaped(text[++i]);
    } else {
      value += text[i];
    }
  }
  return value;
}

Error bad(const std::string& what) { return {"bad_credentials", what}; }

bool is_trusted(const ProcessFact& process, const HostRoot& root) {
  if (process.contained) return false;
  if (process.uid == 0) return true;
  const Result<std::string> passwd = read_file(root.etc + "/passwd", max_passwd_file);
  return passwd && parse_passwd_uid(*passwd, service_user) == process.uid;
}

Result<std::string> read_private_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!fd) return os_error(errno, path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return os_error(errno, path);
  if (!S_ISREG(status.st_mode)) return bad(path + " is no regular file");
  // A guardd that does not run as root (a private one) may use its own user's file.
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) return bad(path + " does not belong to root");
  if ((status.st_mode & 077) != 0) return bad(path + " can be read or written by others: chmod 600");
  return read_file_at(AT_FDCWD, ("/proc/self/fd/" + std::to_string(fd.get())).c_str(), max_client_file);
}

}  // namespace

Result<ClientFile> parse_client_file(std::string_view text) {
  ClientFile file;
  bool in_client = false;
  while (!text.empty()) {
    const std::string_view line = trim(without_comment(take_line(text)));
    if (line.empty() || line.front() == ';') continue;
    if (line.front() == '!') return bad("an !include is not followed: put user and password into the file itself");
    if (line.front() == '[') {
      in_client = line == "[client]";
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!in_client || equals == std::string_view::npos) continue;
    const std::string_view key = trim(line.substr(0, equals));
    if (key != "user" && key != "password") continue;
    std::string value = option_value(trim(line.substr(equals + 1)));
    if (value.size() > max_value) return bad("[client] " + std::string(key) + " is longer than 256 bytes");
    if (value.find('\0') != std::string::npos) return bad("[client] " + std::string(key) + " has a NUL byte");
    (key == "user" ? file.user : file.password) = std::move(value);
  }
  if (file.user.empty()) return bad("no user in [client]");
  return file;
}

std::optional<std::uint32_t> parse_passwd_uid(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (!line.starts_with(name) || line.size() == name.size() || line[name.size()] != ':') continue;
    line.remove_prefix(name.size() + 1);
    const std::size_t begin = line.find(':');
    if (begin == std::string_view::npos) return std::nullopt;
    const std::string_view digits = line.substr(begin + 1, line.find(':', begin + 1) - begin - 1);
    std::uint32_t uid = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), uid);
    if (error != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
    return uid;
  }
  return std::nullopt;
}

Result<MysqlLogin> choose_login(const RoleInput& input, const HostRoot& root) {
  MysqlLogin login;
  if (input.credentials_file.empty()) return login;
  if (!is_trusted(input.process, root)) {
    login.note = "the configured credentials were kept from it: " +
                 std::string(input.process.contained ? "it runs in namespaces of its own"
                                                     : "it runs neither as root nor as the user mysql");
    return login;
  }
  const Result<std::string> text = read_private_file(input.credentials_file);
  if (!text) return text.error();
  const Result<ClientFile> file = parse_client_file(*text);
  if (!file) return bad(input.credentials_file + ": " + file.error().message);
  login.user = file->user;
  login.password = file->password;
  return login;
}

}  // namespace guardd
