// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/probe.hpp"

#include <blkid/blkid.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>

namespace guardd {
namespace {

constexpr std::size_t max_value = 256;  // of ours; the longest label that libblkid knows has 256 bytes (btrfs)
constexpr int nothing = 1;
constexpr int ambivalent = -2;

struct FreeProbe {
  void operator()(blkid_probe probe) const { blkid_free_probe(probe); }
};
using Probe = std::unique_ptr<blkid_struct_probe, FreeProbe>;

std::string text(const char* value) { return value == nullptr ? "" : std::string(value, ::strnlen(value, max_value)); }

std::string value_of(blkid_probe probe, const char* name) {
  const char* value = nullptr;
  return blkid_probe_lookup_value(probe, name, &value, nullptr) == 0 ? text(value) : "";
}

/// libblkid gives -1 and errno, or a negative errno.
Unknown failure(int result) {
  const int number = result < -1 ? -result : errno;
  const char* description = strerrordesc_np(number);
  return Unknown{std::string("it can't be read: ") + (number != 0 && description != nullptr ? description : "unknown")};
}

Known<Signature> superblock(blkid_probe probe) {
  blkid_probe_enable_superblocks(probe, 1);
  blkid_probe_set_superblocks_flags(
      probe, BLKID_SUBLKS_USAGE | BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_BADCSUM);
  errno = 0;
  const int result = blkid_do_safeprobe(probe);
  if (result == nothing) return Signature{};
  if (result == ambivalent) return Unknown{"it carries more than one signature, `wipefs --no-act` shows them"};
  if (result < 0) return failure(result);
  return Signature{.usage = value_of(probe, "USAGE"),
                   .type = value_of(probe, "TYPE"),
                   .uuid = value_of(probe, "UUID"),
                   .label = value_of(probe, "LABEL")};
}

std::string type_of(blkid_partition partition) {
  std::string guid = text(blkid_partition_get_type_string(partition));
  if (!guid.empty()) return guid;
  std::array<char, 16> digits{};
  const auto end =
      std::to_chars(digits.begin(), digits.end(), static_cast<unsigned int>(blkid_partition_get_type(partition)), 16);
  return "0x" + std::string(digits.begin(), end.ptr);
}

/// False when the table can't be read.
bool read_table(blkid_probe probe, Probed& probed) {
  blkid_probe_enable_superblocks(probe, 0);
  blkid_probe_enable_partitions(probe, 1);
  errno = 0;
  const blkid_partlist list = blkid_probe_get_partitions(probe);
  if (list == nullptr) return errno != EIO && errno != ENOMEM;
  for (int i = 0; i < blkid_partlist_numof_partitions(list); ++i) {
    const blkid_partition partition = blkid_partlist_get_partition(list, i);
    if (partition == nullptr || blkid_partition_get_size(partition) == 0) continue;
    probed.partitions.push_back({.number = static_cast<std::uint64_t>(blkid_partition_get_partno(partition)),
                                 .start = static_cast<std::uint64_t>(blkid_partition_get_start(partition)),
                                 .uuid = text(blkid_partition_get_uuid(partition)),
                                 .type = type_of(partition)});
  }
  if (probed.partitions.empty() || !probed.signature.known() || !probed.signature.value().type.empty()) return true;
  const blkid_parttable table = blkid_partition_get_table(blkid_partlist_get_partition(list, 0));
  probed.signature = Signature{.usage = "partition_table",
                               .type = table == nullptr ? "unknown" : text(blkid_parttable_get_type(table)),
                               .uuid = table == nullptr ? "" : text(blkid_parttable_get_id(table)),
                               .label = {}};
  return true;
}

}  // namespace

Probed probe_device(int fd, Tables tables) {
  Probed probed;
  errno = 0;
  const Probe probe(blkid_new_probe());
  if (!probe || blkid_probe_set_device(probe.get(), fd, 0, 0) != 0) {
    probed.signature = failure(-1);
    return probed;
  }
  probed.signature = superblock(probe.get());
  const bool is_blank = probed.signature.known() && probed.signature.value().type.empty();
  if (tables == Tables::never || (tables == Tables::if_blank && !is_blank)) return probed;
  if (!read_table(probe.get(), probed) && is_blank) probed.signature = failure(-1);
  return probed;
}

}  // namespace guardd
