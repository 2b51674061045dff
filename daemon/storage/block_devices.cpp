// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/block_devices.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

#include "daemon/inspect/report.hpp"
#include "daemon/storage/disk_identity.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_attribute = 8192;  // a page and some: sysfs attributes are no longer than PAGE_SIZE
constexpr std::size_t max_links = 1024;
constexpr std::uint64_t sector_bytes = 512;  // of `size`, whatever the device's own sectors are

std::string_view one_line(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

template <typename Integer>
std::optional<Integer> to_integer(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_gone(const Error& error) { return error.code == "enoent" || error.code == "enodev" || error.code == "enxio"; }

/// One device's attributes. An attribute that is not there is the default; one that can't be read is a problem.
class Attributes {
 public:
  Attributes(std::string directory, std::vector<std::string>& problems)
      : directory_(std::move(directory)), problems_(problems) {}

  std::optional<std::string> text(const char* name) {
    Result<std::string> content = read_file(directory_ + "/" + name, max_attribute);
    if (content) return std::string(one_line(*content));
    if (!is_gone(content.error())) add_problem(problems_, content.error().message);
    return std::nullopt;
  }

  std::uint64_t number(const char* name) {
    const std::optional<std::string> content = text(name);
    if (!content) return 0;
    const auto value = to_integer<std::uint64_t>(*content);
    if (!value) add_problem(problems_, directory_ + "/" + name + ": no number");
    return value.value_or(0);
  }

  std::vector<std::string> links(const char* name) {
    Result<std::vector<std::string>> names = list_names(directory_ + "/" + name, max_links);
    if (names) return std::move(names).value();
    if (!is_gone(names.error())) add_problem(problems_, names.error().message);
    return {};
  }

 private:
  std::string directory_;
  std::vector<std::string>& problems_;
};

/// A device, and which partition of its disk it is; 0 for what is none.
struct ReadDevice {
  BlockDeviceFact fact;
  std::uint64_t partition = 0;
};

/// ".../block/sda/sda1" -> "sda": a partition's directory lies in that of its disk.
std::string disk_of(std::string_view link) {
  link = link.substr(0, link.rfind('/'));
  return std::string(link.substr(link.rfind('/') + 1));
}

std::optional<ReadDevice> read_device(const HostRoot& root, const std::string& name,
                                      std::vector<std::string>& problems) {
  const std::string directory = root.sys + "/class/block/" + name;
  Attributes attributes(directory, problems);
  const std::optional<std::string> number = attributes.text("dev");
  if (!number) return std::nullopt;  // gone; or a path of an NVMe multipath device, which is hidden and has no number
  ReadDevice read;
  BlockDeviceFact& device = read.fact;
  device.name = name;
  const std::optional<DeviceNumber> parsed = parse_device_number(*number);
  if (!parsed) {
    add_problem(problems, directory + "/dev: no device number");
    return std::nullopt;
  }
  device.device = *parsed;
  if (attributes.text("partition")) {
    read.partition = attributes.number("partition");
    const Result<std::string> link = read_link_at(AT_FDCWD, directory.c_str());
    if (link) device.parent = disk_of(*link);
    if (!link && !is_gone(link.error())) add_problem(problems, link.error().message);
  } else {
    device.slaves = attributes.links("slaves");
    device.diskseq = attributes.number("diskseq");
    device.removable = attributes.number("removable") != 0;
    device.backing_file = attributes.text("loop/backing_file").value_or("");
    DiskIdentity identity = read_disk_identity(directory);
    device.wwn = std::move(identity.wwn);
    device.serial = std::move(identity.serial);
  }
  device.holders = attributes.links("holders");
  device.size_bytes = attributes.number("size") * sector_bytes;
  device.read_only = attributes.number("ro") != 0;
  return read;
}

/// A logical partition is known by a chain of tables that begins in the extended one: who wipes that loses it. The
/// kernel shows no more of an extended partition than its first sectors, parse_extended() and msdos_partition() in
/// block/partitions/msdos.c, and no other partition is that small.
void put_logical_on_extended(std::vector<ReadDevice>& devices) {
  constexpr std::uint64_t first_logical = 5;
  constexpr std::uint64_t largest_extended_bytes = 4096;
  for (const ReadDevice& extended : devices) {
    const bool is_primary = extended.partition > 0 && extended.partition < first_logical;
    if (!is_primary || extended.fact.size_bytes > largest_extended_bytes) continue;
    for (ReadDevice& logical : devices) {
      if (logical.partition < first_logical || logical.fact.parent != extended.fact.parent) continue;
      logical.fact.slaves.push_back(extended.fact.name);
    }
  }
}

}  // namespace

std::optional<DeviceNumber> parse_device_number(std::string_view text) {
  text = one_line(text);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = to_integer<std::uint32_t>(text.substr(0, colon));
  const auto minor = to_integer<std::uint32_t>(text.substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return DeviceNumber{*major, *minor};
}

Result<std::vector<std::string>> list_names(const std::string& directory, std::size_t limit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), &::closedir);
  if (!stream) return os_error(errno, directory);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) return os_error(errno, directory);
      break;
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == limit) return Error{"too_big", directory + ": more than " + std::to_string(limit) + " entries"};
    names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::vector<BlockDeviceFact> read_block_devices(const HostRoot& root, std::vector<std::string>& problems) {
  std::vector<BlockDeviceFact> devices;
  const Result<std::vector<std::string>> names = list_names(root.sys + "/class/block", max_block_devices);
  if (!names) {
    add_problem(problems, names.error().message);
    return devices;
  }
  std::vector<ReadDevice> read;
  for (const std::string& name : *names) {
    if (std::optional<ReadDevice> device = read_device(root, name, problems)) read.push_back(std::move(*device));
  }
  put_logical_on_extended(read);
  for (ReadDevice& device : read) devices.push_back(std::move(device.fact));
  // A partition is as removable, and has the sequence number and identity, as its disk.
  for (BlockDeviceFact& device : devices) {
    if (device.parent.empty()) continue;
    const auto disk = std::ranges::find(devices, device.parent, &BlockDeviceFact::name);
    if (disk == devices.end()) continue;
    device.removable = disk->removable;
    device.diskseq = disk->diskseq;
    device.wwn = disk->wwn;
    device.serial = disk->serial;
  }
  return devices;
}

}  // namespace guardd
