// SPDX-License-Identifier: Apache-2.0
#include "core/dataset_id.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>

#include "core/snapshot.hpp"

namespace guardd {
namespace {

/// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: spreads names well; no protection against who wants a collision,
/// and none is needed where the parts are compared.
class Digits {
 public:
  void add(std::string_view part) {
    for (const char c : part) mix(static_cast<unsigned char>(c));
    mix(0);  // "ab","c" is not "a","bc"
  }
  [[nodiscard]] std::string text() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[(state_ >> static_cast<unsigned>(shift)) & 15U];
    return text;
  }

 private:
  void mix(unsigned char byte) {
    constexpr std::uint64_t prime = 1099511628211ULL;
    state_ = (state_ ^ byte) * prime;
  }
  std::uint64_t state_ = 14695981039346656037ULL;
};

/// What the disks are called by their makers; where nobody calls one anything, by the file that it stands for. In an
/// order of their own: the kernel's names of an array's disks change with the boot.
std::set<std::string_view> disks_of(const std::vector<DeviceIdentity>& devices) {
  std::set<std::string_view> disks;
  for (const DeviceIdentity& device : devices) {
    if (!device.wwn.empty() || !device.serial.empty()) disks.insert(device.wwn.empty() ? device.serial : device.wwn);
  }
  return disks;
}

}  // namespace

std::vector<DeviceIdentity> identify_devices(const Snapshot& snapshot, const StorageGraph& graph,
                                             const std::vector<DeviceNumber>& devices) {
  std::vector<DeviceIdentity> identities;
  for (const DeviceNumber number : devices) {
    const BlockDeviceFact* const device = graph.find(number);
    if (device == nullptr) continue;
    const bool is_disk = device->parent.empty();  // a partition has its disk's, as all of its siblings have
    DeviceIdentity identity{.name = device->name,
                            .wwn = is_disk ? device->wwn : "",
                            .serial = is_disk ? device->serial : "",
                            .part_uuid = device->part_uuid,
                            .type = {},
                            .uuid = {},
                            .size_bytes = device->size_bytes};
    const auto signature = std::ranges::find(snapshot.signatures, number, &SignatureFact::device);
    if (signature != snapshot.signatures.end() && signature->signature.known()) {
      identity.type = signature->signature.value().type;
      identity.uuid = signature->signature.value().uuid;
    }
    identities.push_back(std::move(identity));
  }
  return identities;
}

std::string dataset_id(const DataDirectoryFact& directory, const std::vector<DeviceIdentity>& devices,
                       const std::string& machine_id) {
  if (directory.handle.empty()) return "";
  Digits digits;
  for (const std::string_view part :
       {std::string_view(directory.service), std::string_view(directory.own_id), std::string_view(directory.fs_uuid),
        std::string_view(directory.handle), std::string_view(directory.made_with), std::string_view(machine_id)}) {
    digits.add(part);
  }
  digits.add(std::to_string(directory.birth_ns));
  for (const std::string_view disk : disks_of(devices)) digits.add(disk);
  return directory.service + "-" + digits.text();
}

bool is_same_device(const DeviceIdentity& then, const DeviceIdentity& now) {
  for (const auto name :
       {&DeviceIdentity::wwn, &DeviceIdentity::serial, &DeviceIdentity::part_uuid, &DeviceIdentity::uuid}) {
    if (!(then.*name).empty() && !(now.*name).empty()) return then.*name == now.*name;
  }
  return false;
}

}  // namespace guardd
