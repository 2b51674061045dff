// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/witness.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/strict_json.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"

namespace guardd::ledger {
namespace {

constexpr JsonLimits witness_limits{.bytes = 4096, .depth = 2, .values = 16};

Error failed(const std::string& path, const std::string& why) { return {"witness", path + ": " + why}; }

/// Makes a rename in this directory last, fsync(2).
bool sync_directory_of(const std::string& path) {
  const Fd directory(::open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && ::fsync(directory.get()) == 0;
}

}  // namespace

std::string witness_path(const std::string& state_directory) {
  const std::size_t end = state_directory.find_last_not_of('/');
  return state_directory.substr(0, end + 1) + ".witness";
}

Result<std::optional<Witness>> read_witness(const std::string& path) {
  const Result<std::string> text = read_file(path, witness_limits.bytes);
  if (!text && text.error().code == "enoent") return std::optional<Witness>();
  if (!text) return failed(path, text.error().message);
  const Result<nlohmann::json> document = parse_json(*text, witness_limits);
  if (!document) return failed(path, document.error().message);
  ObjectReader in(*document, "");
  Witness witness{
      .ledger = in.text("ledger", true), .seq = in.integer("seq", 0, INT64_MAX, -1), .hash = in.text("hash", true)};
  if (const std::string error = in.finish(); !error.empty()) return failed(path, error);
  if (witness.seq < 0) return failed(path, "/seq: missing");
  return std::optional<Witness>(std::move(witness));
}

Result<bool> write_witness(const std::string& path, const Witness& witness) {
  const std::string text = to_text({{"ledger", witness.ledger}, {"seq", witness.seq}, {"hash", witness.hash}}) + "\n";
  const std::string fresh = path + ".new";
  const Fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return os_error(errno, fresh);
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) return os_error(written < 0 ? errno : ENOSPC, fresh);
  if (::fsync(file.get()) != 0) return os_error(errno, fresh);
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return os_error(errno, path);
  if (!sync_directory_of(path)) return os_error(errno, path);
  return true;
}

}  // namespace guardd::ledger
