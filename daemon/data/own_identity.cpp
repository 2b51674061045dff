// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/own_identity.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstring>

#include "daemon/data/read_node.hpp"
#include "daemon/data/safe_walk.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_auto_cnf = 4096;
constexpr std::size_t max_pg_control = 8192;  // PG_CONTROL_FILE_SIZE
constexpr std::size_t uuid_length = 36;

bool is_uuid(std::string_view text) {
  if (text.size() != uuid_length) return false;
  for (const char c : text) {
    if (c != '-' && std::isxdigit(static_cast<unsigned char>(c)) == 0) return false;
  }
  return true;
}

std::string content(View& view, const Node& directory, const std::string& name, std::size_t limit) {
  const Result<Node> node = step(view, directory, name);
  if (!node) return "";
  Result<std::string> text = read_node(*node, limit);
  return text ? std::move(text).value() : "";
}

}  // namespace

std::string parse_auto_cnf(std::string_view text) {
  constexpr std::string_view key = "server-uuid=";
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    return is_uuid(line) ? std::string(line) : "";
  }
  return "";
}

std::string parse_pg_control(std::string_view bytes) {
  std::uint64_t identifier = 0;
  if (bytes.size() < sizeof identifier) return "";
  std::memcpy(&identifier, bytes.data(), sizeof identifier);
  return identifier == 0 ? "" : std::to_string(identifier);
}

std::string own_identity(View& view, const Node& directory) {
  std::string id = parse_auto_cnf(content(view, directory, "auto.cnf", max_auto_cnf));
  if (!id.empty()) return id;
  const Result<Node> global = step(view, directory, "global");
  return global ? parse_pg_control(content(view, *global, "pg_control", max_pg_control)) : "";
}

}  // namespace guardd
