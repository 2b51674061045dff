// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/worker_main.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "daemon/worker/cbor.hpp"
#include "daemon/worker/fork_server.hpp"
#include "os/limits.hpp"
#include "os/write.hpp"

namespace guardd {
namespace {

// Guardd kills a late worker long before; these hold when guardd itself can't.
constexpr rlim_t cpu_seconds = 20;
constexpr unsigned lifetime_seconds = 30;
constexpr rlim_t address_space_bytes = rlim_t{2} * 1024 * 1024 * 1024;

void confine(std::string_view inspector) {
  ::prctl(PR_SET_NAME, ("guardd-" + std::string(inspector)).c_str());
  ::setsid();
  ::alarm(lifetime_seconds);
  (void)lower_limit(RLIMIT_CPU, cpu_seconds);
  if (address_space_limited) (void)lower_limit(RLIMIT_AS, address_space_bytes);
}

/// Keeps 0 to 2, the input as 3, the output as 4 and `inherited`, which is none of these; nothing else of the fork
/// server's stays open.
void keep_only(Fd& input, Fd& output, int inherited) {
  const Fd high_input(::fcntl(input.get(), F_DUPFD_CLOEXEC, 16));
  const Fd high_output(::fcntl(output.get(), F_DUPFD_CLOEXEC, 16));
  if (!high_input || !high_output) ::_exit(2);
  (void)input.release();
  (void)output.release();
  input.reset(::dup3(high_input.get(), 3, O_CLOEXEC));
  output.reset(::dup3(high_output.get(), 4, O_CLOEXEC));
  const unsigned first = first_inherited;
  const unsigned kept = inherited < 0 ? first : static_cast<unsigned>(inherited);
  if (kept > first && ::close_range(first, kept - 1, 0) != 0) ::_exit(2);
  if (::close_range(inherited < 0 ? first : kept + 1, ~0U, 0) != 0) ::_exit(2);
}

std::vector<std::uint8_t> read_input(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || status.st_size < 0) throw std::runtime_error("input: cannot be read");
  if (static_cast<std::size_t>(status.st_size) > max_worker_message) throw std::runtime_error("input: too large");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got <= 0) throw std::runtime_error("input: cut short");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

nlohmann::json run(InspectorTable table, std::string_view inspector, int input) {
  for (const InspectorEntry& entry : table) {
    if (entry.name != inspector) continue;
    const Result<nlohmann::json> document = parse_cbor(read_input(input));
    if (!document) throw std::runtime_error("input: " + document.error().message);
    return entry.run(*document);
  }
  throw std::runtime_error("no such inspector");
}

std::vector<std::uint8_t> outcome(InspectorTable table, std::string_view inspector, int input) {
  std::string failure;
  try {
    std::vector<std::uint8_t> bytes = nlohmann::json::to_cbor({{"ok", run(table, inspector, input)}});
    if (bytes.size() <= max_worker_message) return bytes;
    failure = "output of " + std::to_string(bytes.size()) + " bytes is too large";
  } catch (const std::exception& error) {
    failure = error.what();
  }
  return nlohmann::json::to_cbor({{"error", failure.substr(0, longest_message)}});
}

}  // namespace

void worker_main(InspectorTable table, std::string_view inspector, Fd input, Fd output, int inherited) {
  keep_only(input, output, inherited);
  confine(inspector);
  const std::vector<std::uint8_t> bytes = outcome(table, inspector, input.get());
  const bool told = write_all(output, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  ::_exit(told ? 0 : 1);
}

}  // namespace guardd
