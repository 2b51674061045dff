// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/pass_through.hpp"

#include <fcntl.h>

#include <array>
#include <string_view>

#include "daemon/inspect/report.hpp"
#include "daemon/storage/block_devices.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_class_devices = 1024;
constexpr std::size_t max_dev_bytes = 256;

bool has_no_such_node(const Error& error) {
  return error.code == "enoent" || error.code == "enodev" || error.code == "enxio" || error.code == "enotdir";
}

std::string last_part(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

class NodeReader {
 public:
  NodeReader(std::string device, std::vector<std::string>& problems)
      : device_(std::move(device)), problems_(problems) {}

  /// A directory of sysfs that is a device with a node of its own, unless that is a block device's.
  void take(const std::string& directory, std::string name) {
    const Result<std::string> subsystem = read_link_at(AT_FDCWD, (directory + "/subsystem").c_str());
    if (subsystem && last_part(*subsystem) == "block") return;
    const Result<std::string> text = read_file(directory + "/dev", max_dev_bytes);
    if (!text) return complain(text.error());
    const std::optional<DeviceNumber> number = parse_device_number(*text);
    if (!number) return add_problem(problems_, directory + "/dev: no device number");
    nodes.push_back({std::move(name), *number});
  }

  /// Each device in a class's directory beneath the disk's.
  void take_all(const std::string& kind, const std::string& below_dev) {
    const std::string directory = device_ + kind + "/";
    for (const std::string& name : names(directory)) take(directory + name, below_dev + name);
  }

  void take_nvme() {
    for (const std::string& name : names(device_)) {
      if (name.starts_with("nvme") || name.starts_with("ng")) take(device_ + "/" + name, name);
    }
  }

  std::vector<PassThroughNode> nodes;

 private:
  void complain(const Error& error) {
    if (!has_no_such_node(error)) add_problem(problems_, error.message);
  }
  std::vector<std::string> names(const std::string& directory) {
    Result<std::vector<std::string>> listed = list_names(directory, max_class_devices);
    if (listed) return std::move(listed).value();
    complain(listed.error());
    return {};
  }

  std::string device_;
  std::vector<std::string>& problems_;
};

}  // namespace

std::vector<PassThroughNode> read_pass_through(const std::string& directory, std::vector<std::string>& problems) {
  const std::string device = directory + "/device";
  const Result<std::string> link = read_link_at(AT_FDCWD, device.c_str());
  if (!link) return {};  // no hardware under it: a loop, dm or md device
  NodeReader reader(device, problems);
  // An NVMe namespace lies in its controller, or in its subsystem beside links to the controllers.
  reader.take(device, last_part(*link));
  if (last_part(*link).starts_with("nvme")) reader.take_nvme();
  reader.take_all("/scsi_generic", "");
  reader.take_all("/bsg", "bsg/");
  return std::move(reader.nodes);
}

std::vector<DiskNodes> read_pass_through(const std::string& sys, const std::vector<BlockDeviceFact>& devices,
                                         std::vector<std::string>& problems) {
  std::vector<DiskNodes> all;
  for (const BlockDeviceFact& device : devices) {
    if (!device.parent.empty()) continue;  // a partition has none of its own
    DiskNodes disk{device.device, read_pass_through(sys + "/class/block/" + device.name, problems)};
    if (!disk.nodes.empty()) all.push_back(std::move(disk));
  }
  return all;
}

}  // namespace guardd
