// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/disk_identity.hpp"

#include <algorithm>

#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_file = 4096;  // PAGE_SIZE, sysfs(5)

std::string content(const std::string& path) {
  Result<std::string> text = read_file(path, max_file);
  return text ? std::move(text).value() : "";
}

}  // namespace

std::string plain_identifier(std::string_view bytes) {
  constexpr std::string_view padding(" \t\n\r\0", 5);
  bytes.remove_prefix(std::min(bytes.find_first_not_of(padding), bytes.size()));
  bytes = bytes.substr(0, bytes.find_last_not_of(padding) + 1).substr(0, max_identifier);
  std::string text(bytes);
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '_');
  return text;
}

std::string parse_vpd_serial(std::string_view page) {
  constexpr std::size_t header = 4;
  if (page.size() < header || page[1] != '\x80') return "";
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(page[at])); };
  return plain_identifier(page.substr(header, byte(2) * 256 + byte(3)));
}

DiskIdentity read_disk_identity(const std::string& directory) {
  DiskIdentity identity;
  for (const char* name : {"/device/wwid", "/wwid"}) {
    if (identity.wwn.empty()) identity.wwn = plain_identifier(content(directory + name));
  }
  identity.serial = parse_vpd_serial(content(directory + "/device/vpd_pg80"));
  for (const char* name : {"/serial", "/device/serial"}) {
    if (identity.serial.empty()) identity.serial = plain_identifier(content(directory + name));
  }
  return identity;
}

}  // namespace guardd
