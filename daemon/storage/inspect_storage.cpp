// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <optional>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/storage/backing.hpp"
#include "daemon/storage/block_devices.hpp"
#include "daemon/storage/btrfs.hpp"
#include "daemon/storage/exports.hpp"
#include "daemon/storage/mountinfo.hpp"
#include "daemon/storage/namespace_id.hpp"
#include "daemon/storage/swaps.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_all_mounts = 1'000'000;

bool process_ended(const Error& error) {
  return error.code == "enoent" || error.code == "esrch" || error.code == "einval";
}

class StorageInspection {
 public:
  StorageInspection(const StorageInput& input, const HostRoot& root) : input_(input), root_(root) {}

  StorageOutput run() {
    const std::int64_t start = monotonic_now_us();
    read_mounts();
    output_.devices = read_block_devices(root_, problems_);
    add_btrfs();
    trace_loops();
    mark_swap();
    mark_exports();
    output_.reports.push_back(make_report("storage", std::move(problems_), start));
    return std::move(output_);
  }

 private:
  void read_mounts() {
    const Result<std::uint64_t> host = read_mount_namespace(1, root_);
    if (host) {
      output_.host_mnt_ns = *host;
    } else {
      add_problem(problems_, "PID 1's mount namespace can't be read: " + host.error().message);
    }
    Result<std::vector<MountFact>> mounts = read_mountinfo(1, output_.host_mnt_ns, root_);
    if (!mounts) {
      add_problem(problems_, "PID 1's mounts can't be read: " + mounts.error().message);
    } else if (mounts->empty()) {
      add_problem(problems_, "PID 1 has no mounts");
    } else {
      output_.mounts = std::move(mounts).value();
    }
    for (const NamespaceSample& sample : input_.mount_namespaces) {
      if (sample.inode != output_.host_mnt_ns && sample.pid != 1) read_sample(sample);
    }
  }

  void read_sample(const NamespaceSample& sample) {
    Result<std::vector<MountFact>> mounts = read_mountinfo(sample.pid, sample.inode, root_);
    if (!mounts) {
      if (!process_ended(mounts.error())) add_problem(problems_, mounts.error().message);
      return;
    }
    // The number may be another process's by now; then the namespace went with the process that the sample meant.
    const Result<std::uint64_t> now = read_mount_namespace(sample.pid, root_);
    if (!now && !process_ended(now.error())) add_problem(problems_, now.error().message);
    if (!now || *now != sample.inode) return;
    if (output_.mounts.size() + mounts->size() > max_all_mounts) {
      add_problem(problems_, "more than 1000000 mounts in all namespaces");
      return;
    }
    std::ranges::move(*mounts, std::back_inserter(output_.mounts));
  }

  [[nodiscard]] const BlockDeviceFact* find(DeviceNumber number) const {
    const auto found = std::ranges::find(output_.devices, number, &BlockDeviceFact::device);
    return found == output_.devices.end() ? nullptr : &*found;
  }

  /// "/dev/mapper/data" -> "dm-3"; "" for what is no block device here.
  [[nodiscard]] std::string kernel_name(const std::string& node) const {
    constexpr std::string_view dev = "/dev/";
    if (!node.starts_with(dev)) return {};
    struct stat status {};
    const std::string path = root_.dev + "/" + node.substr(dev.size());
    if (::stat(path.c_str(), &status) == 0 && S_ISBLK(status.st_mode)) {
      const BlockDeviceFact* device = find({major(status.st_rdev), minor(status.st_rdev)});
      if (device != nullptr) return device->name;
    }
    const std::string name = node.substr(node.rfind('/') + 1);
    const auto by_name = std::ranges::find(output_.devices, name, &BlockDeviceFact::name);
    return by_name == output_.devices.end() ? "" : name;
  }

  void add_btrfs() {
    const std::vector<BtrfsMembers> members = read_btrfs_members(root_, problems_);
    const auto resolve = [this](const std::string& source) { return kernel_name(source); };
    std::ranges::move(btrfs_devices(output_.mounts, members, resolve), std::back_inserter(output_.devices));
  }

  void trace_loops() {
    for (BlockDeviceFact& device : output_.devices) {
      if (device.backing_file.empty()) continue;
      const std::optional<BackingFile> file = read_backing_file(device, root_);
      if (file && file->st_rdev != 0) {
        device.backing_devices = {file->block_device()};
        continue;
      }
      device.backing_devices = trace_file(device.backing_file, file ? std::optional(file->device()) : std::nullopt,
                                          output_.mounts, output_.host_mnt_ns);
    }
  }

  void mark_swap() {
    const Result<std::vector<SwapEntry>> swaps = read_swaps(root_.proc);
    if (!swaps) {
      add_problem(problems_, swaps.error().message);
      return;
    }
    for (const SwapEntry& swap : *swaps) {
      if (!mark(swap)) add_problem(problems_, "can't tell where the swap space " + swap.path + " lies");
    }
  }

  /// A file counts for its filesystem's device, which is lost with it.
  void mark_exports() {
    for (const Export& one : read_exports(root_, problems_)) {
      std::vector<DeviceNumber> numbers;
      const std::string name = one.device ? "" : kernel_name(one.path);
      const auto named = std::ranges::find(output_.devices, name, &BlockDeviceFact::name);
      if (one.device) {
        numbers = {*one.device};
      } else if (named != output_.devices.end()) {
        numbers = {named->device};
      } else if (one.path.starts_with('/') && !one.path.starts_with("/dev/")) {
        numbers = trace_file(one.path, std::nullopt, output_.mounts, output_.host_mnt_ns);
      }
      bool marked = false;
      for (const DeviceNumber number : numbers) {
        const auto device = std::ranges::find(output_.devices, number, &BlockDeviceFact::device);
        if (device != output_.devices.end()) device->exported_by.push_back(one.by);
        marked = marked || device != output_.devices.end();
      }
      if (!marked) add_problem(problems_, "can't tell on which device lies what is exported by " + one.by);
    }
  }

  bool mark(const SwapEntry& swap) {
    bool marked = false;
    for (const DeviceNumber number : swap_devices(swap)) {
      const auto device = std::ranges::find(output_.devices, number, &BlockDeviceFact::device);
      if (device == output_.devices.end()) return false;
      device->swap = true;
      marked = true;
    }
    return marked;
  }

  [[nodiscard]] std::vector<DeviceNumber> swap_devices(const SwapEntry& swap) const {
    if (swap.is_file) return trace_file(swap.path, std::nullopt, output_.mounts, output_.host_mnt_ns);
    const std::string name = swap.deleted ? "" : kernel_name(swap.path);
    const auto device = std::ranges::find(output_.devices, name, &BlockDeviceFact::name);
    if (device == output_.devices.end()) return {};
    return {device->device};
  }

  const StorageInput& input_;
  const HostRoot& root_;
  StorageOutput output_;
  std::vector<std::string> problems_;
};

}  // namespace

StorageOutput inspect_storage(const StorageInput& input, const HostRoot& root) {
  return StorageInspection(input, root).run();
}

}  // namespace guardd
