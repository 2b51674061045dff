// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the strings of a policy may be. Each check gives "" when all is well, or what is wrong.
namespace guardd::policy_check {

/// A service's name: lower-case letters, digits, '-' and '_', 64 at most.
std::string service_name(std::string_view text);
/// A rule's id: such names, '/' between them ("data/active"). "builtin" is taken.
std::string rule_id(std::string_view text);
/// Absolute, and written the one way that the kernel would print it: no "//", no ".", no "..", no '/' at the end.
std::string path(std::string_view text);
/// The same without wildcards: where only one place is meant, a pattern would silently match nothing.
std::string plain_path(std::string_view text);
/// A path with `*` and `?`, whose first component is none: a mistyped one shall not cover the whole host.
std::string path_glob(std::string_view text);
/// One component with `*` and `?` and at least three other bytes.
std::string file_glob(std::string_view text);
/// An entry of a marker set: "ibdata1", "mysql/", "global/pg_control", "CURRENT", "*.sst", "*.rdb=REDIS".
std::string marker(std::string_view text);
/// One component without wildcards.
std::string basename(std::string_view text);
/// Any text that neither begins nor ends with a space.
std::string word(std::string_view text);
/// A partition type: a GUID in small letters, or "0x83" as a DOS partition table has it.
std::string part_type(std::string_view text);
/// A role probe that exists.
std::string role_probe(std::string_view text);

/// "2030-01-31T23:59:59Z" as seconds since the epoch; nothing else (RFC 3339 with UTC alone).
std::optional<std::int64_t> parse_utc(std::string_view text);

}  // namespace guardd::policy_check
