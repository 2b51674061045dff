// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/storage/block_devices.hpp"
#include "daemon/storage/device_node.hpp"
#include "daemon/storage/probe.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_signatures = 4096;
// Documentation/admin-guide/devices.txt of the kernel. A floppy drive without a disk takes seconds to say so; a CD is
// no disk that an installer or a wipe writes to, and the size of an empty drive is made up (sr_probe() in
// drivers/scsi/sr.c).
constexpr std::uint32_t floppy_major = 2;
constexpr std::uint32_t cdrom_major = 11;
// The kernel gives an extended partition the length of its first table, so that nobody makes a filesystem there:
// parse_extended() in block/partitions/msdos.c.
constexpr std::uint64_t extended_bytes = 4096;

class SignatureInspection {
 public:
  SignatureInspection(const SignaturesInput& input, const HostRoot& root) : input_(input), root_(root) {}

  SignaturesOutput run() {
    const std::int64_t began = monotonic_now_us();
    devices_ = read_block_devices(root_, problems_);
    for (const BlockDeviceFact& device : devices_) {
      if (!device.parent.empty()) partitions_[device.parent].push_back(&device);
    }
    for (const BlockDeviceFact& device : devices_) {
      std::string why;
      if (output_.signatures.size() >= max_signatures) why = "there are more than " + std::to_string(max_signatures);
      if (monotonic_now_us() - began > input_.deadline_ms * 1000) why = "the time was up";
      if (!why.empty()) add_problem(problems_, "/dev/" + device.name + " was not looked into: " + why);
      output_.signatures.push_back({device.device, why.empty() ? look_into(device) : Unknown{why}});
    }
    output_.reports.push_back(make_report("signatures", std::move(problems_), began));
    return std::move(output_);
  }

 private:
  Known<Signature> look_into(const BlockDeviceFact& device) {
    const bool has_no_disk = device.device.major == floppy_major || device.device.major == cdrom_major;
    if (has_no_disk || device.size_bytes == 0) return Signature{};
    if (const std::string why = why_it_would_hang(device); !why.empty()) return Unknown{why};
    const Result<Fd> fd = open_device_node(device.name, device.device, 0, root_);
    if (!fd && fd.error().code == "enomedium") return Signature{};
    if (!fd) return Unknown{fd.error().message};
    const auto partitions = partitions_.find(device.name);
    Tables tables = Tables::if_blank;
    if (partitions != partitions_.end()) tables = Tables::always;
    if (!device.parent.empty() && device.size_bytes <= extended_bytes) tables = Tables::never;
    Probed probed = probe_device(fd->get(), tables);
    if (partitions != partitions_.end()) match(partitions->second, probed.partitions);
    return std::move(probed.signature);
  }

  /// A suspended volume and a disk whose transport is lost keep every reader waiting: Documentation/ABI of the kernel,
  /// sysfs-block-dm; sdev_states in drivers/scsi/scsi_sysfs.c; nvme_sysfs_show_state() in drivers/nvme/host/sysfs.c.
  [[nodiscard]] std::string why_it_would_hang(const BlockDeviceFact& device) const {
    const std::string& disk = device.parent.empty() ? device.name : device.parent;
    if (attribute(disk, "dm/suspended") == "1") return "it is suspended";
    constexpr std::array hanging{"blocked", "created-blocked", "quiesce", "connecting", "resetting"};
    const std::string state = attribute(disk, "device/state");
    return std::ranges::find(hanging, state) == hanging.end() ? "" : "its disk is " + state;
  }

  [[nodiscard]] std::string attribute(const std::string& name, const char* which) const {
    const Result<std::string> text = read_file(root_.sys + "/class/block/" + name + "/" + which, 64);
    return text ? text->substr(0, text->find('\n')) : "";
  }

  [[nodiscard]] std::optional<std::uint64_t> number(const std::string& name, const char* which) const {
    const std::string text = attribute(name, which);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }

  /// A table that was written after the kernel read it may speak of others.
  void match(const std::vector<const BlockDeviceFact*>& partitions, const std::vector<PartitionEntry>& entries) {
    for (const BlockDeviceFact* partition : partitions) {
      const auto index = number(partition->name, "partition");
      const auto start = number(partition->name, "start");
      const auto entry = std::ranges::find_if(
          entries, [&](const PartitionEntry& one) { return one.number == index && one.start == start; });
      if (entry == entries.end()) continue;
      output_.partitions.push_back({.device = partition->device, .uuid = entry->uuid, .type = entry->type});
    }
  }

  const SignaturesInput& input_;
  const HostRoot& root_;
  std::vector<BlockDeviceFact> devices_;
  std::map<std::string, std::vector<const BlockDeviceFact*>> partitions_;
  SignaturesOutput output_;
  std::vector<std::string> problems_;
};

}  // namespace

SignaturesOutput inspect_signatures(const SignaturesInput& input, const HostRoot& root) {
  return SignatureInspection(input, root).run();
}

}  // namespace guardd
