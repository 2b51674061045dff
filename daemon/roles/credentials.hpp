// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/facts.hpp"
#include "core/result.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// What [client] of an option file says of who to be.
struct ClientFile {
  std::string user;
  std::string password;
};

/// The groups, `user` and `password` of a MySQL option file, with its quotes, escapes and comments
/// (https://mariadb.com/kb/en/configuring-mariadb-with-option-files/). Every other option is ignored on purpose: none
/// of plugin-dir, init-command or host can reach the client library from here. Error "bad_credentials": an `!include`
/// (not followed), no user in [client], or a value longer than 256 bytes.
Result<ClientFile> parse_client_file(std::string_view text);

/// The uid of `name` in the text of /etc/passwd; the first line counts, as for getpwnam(3).
std::optional<std::uint32_t> parse_passwd_uid(std::string_view text, std::string_view name);

/// Who to be for a server.
struct MysqlLogin {
  std::string user = "root";  ///< without a password: an account that knows root by its socket, or none
  std::string password;
  std::string note;  ///< why configured credentials are not used, for the case that access is then denied
};

/// Credentials go to no server but one with the host's namespaces that runs as root or as the host's user `mysql`:
/// anything else may be a trap of whoever started it. Their file must be a regular file of root's that nobody else may
/// read, and is not a symbolic link. Errors: that file's.
Result<MysqlLogin> choose_login(const RoleInput& input, const HostRoot& root);

}  // namespace guardd
