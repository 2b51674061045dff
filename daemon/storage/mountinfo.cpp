// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/mountinfo.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>

#include "os/fd.hpp"
#include "os/read.hpp"
#include "procfs/escapes.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_bytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t chunk = std::size_t{256} * 1024;
constexpr int attempts = 4;

/// Takes what stands before the next `separator`; nothing when there is none.
std::optional<std::string_view> take(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return field;
}

template <typename Integer>
bool to_integer(std::string_view text, Integer& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool to_text(std::string_view field, std::string& out) {
  std::optional<std::string> plain = procfs::unescape_octal(field);
  if (!plain) return false;
  out = std::move(*plain);
  return true;
}

/// The first option says whether it is writable: show_mountinfo() in fs/proc_namespace.c writes "rw" or "ro" there.
bool read_writable(std::string_view options, bool& writable) {
  const std::string_view first = options.substr(0, options.find(','));
  writable = first == "rw";
  return writable || first == "ro";
}

bool read_upperdir(std::string_view options, std::string& upperdir) {
  constexpr std::string_view key = "upperdir=";
  while (true) {
    const std::size_t end = options.find(',');
    const std::string_view option = options.substr(0, end);
    if (option.starts_with(key)) return to_text(option.substr(key.size()), upperdir);
    if (end == std::string_view::npos) return true;
    options.remove_prefix(end + 1);
  }
}

bool parse_line(std::string_view rest, MountFact& mount) {
  const auto id = take(rest, ' ');
  const auto parent = take(rest, ' ');
  const auto major = take(rest, ':');
  const auto minor = take(rest, ' ');
  const auto root = take(rest, ' ');
  const auto mountpoint = take(rest, ' ');
  const auto options = take(rest, ' ');
  if (!id || !parent || !major || !minor || !root || !mountpoint || !options) return false;
  while (true) {  // optional fields, shared:N and the like, up to a lone "-"
    const auto field = take(rest, ' ');
    if (!field) return false;
    if (*field == "-") break;
  }
  const auto fstype = take(rest, ' ');
  const auto source = take(rest, ' ');  // empty when the mounter gave an empty string
  if (!fstype || fstype->empty() || !source) return false;

  bool mount_writable = false;
  bool superblock_writable = false;
  const bool ok =
      to_integer(*id, mount.id) && to_integer(*parent, mount.parent) && to_integer(*major, mount.device.major) &&
      to_integer(*minor, mount.device.minor) && to_text(*root, mount.root) && to_text(*mountpoint, mount.mountpoint) &&
      to_text(*fstype, mount.fstype) && to_text(*source, mount.source) && read_writable(*options, mount_writable) &&
      read_writable(rest, superblock_writable) && (mount.fstype != "overlay" || read_upperdir(rest, mount.upperdir));
  mount.writable = mount_writable && superblock_writable;
  return ok;
}

/// The file's whole content, and whether the mount table changed while it was read: poll(2) says so by POLLPRI.
Result<std::string> read_once(const std::string& path, bool& changed) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return os_error(errno, path);
  std::string content;
  while (true) {
    const std::size_t old = content.size();
    content.resize(old + chunk);
    const ssize_t got = ::read(fd.get(), content.data() + old, chunk);
    if (got < 0 && errno != EINTR) return os_error(errno, path);
    content.resize(old + static_cast<std::size_t>(got < 0 ? 0 : got));
    if (content.size() > max_bytes) return Error{"too_big", path + ": more than 64 MiB"};
    if (got == 0) break;
  }
  pollfd event{.fd = fd.get(), .events = POLLPRI, .revents = 0};
  changed = ::poll(&event, 1, 0) > 0 && (event.revents & POLLPRI) != 0;
  return content;
}

}  // namespace

Result<std::vector<MountFact>> parse_mountinfo(std::string_view text, std::uint64_t mnt_ns) {
  std::vector<MountFact> mounts;
  while (!text.empty()) {
    const auto line = take(text, '\n');
    if (!line) return Error{"bad_mountinfo", "mountinfo ends within line " + std::to_string(mounts.size() + 1)};
    if (mounts.size() == max_mounts) return Error{"too_big", "more than " + std::to_string(max_mounts) + " mounts"};
    MountFact mount;
    mount.mnt_ns = mnt_ns;
    if (!parse_line(*line, mount)) {
      return Error{"bad_mountinfo", "mountinfo line " + std::to_string(mounts.size() + 1) +
                                        " can't be read: " + std::string(line->substr(0, 200))};
    }
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

Result<std::vector<MountFact>> read_mountinfo(std::int32_t pid, std::uint64_t mnt_ns, const HostRoot& root) {
  const std::string path = root.proc + "/" + std::to_string(pid) + "/mountinfo";
  for (int attempt = 1;; ++attempt) {
    bool changed = false;
    Result<std::string> text = read_once(path, changed);
    if (!text) return text.error();
    // One read(2) gives a page or so, and the table may change between two. A mount that stays is listed all the same
    // (a cursor since Linux 5.8), so after some attempts a table that never rests is taken as it is.
    if (!changed || attempt == attempts) return parse_mountinfo(*text, mnt_ns);
  }
}

}  // namespace guardd
