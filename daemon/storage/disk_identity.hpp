// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace guardd {

/// What the disk itself says of itself.
struct DiskIdentity {
  std::string wwn;     ///< "naa.5000c500...", "eui....", "nvme.1af4-..."
  std::string serial;  ///< as its maker printed it, or its hypervisor made it up
};

inline constexpr std::size_t max_identifier = 128;  ///< bytes; beyond them it is cut

/// An identifier as devices give it, padded with blanks or NULs and with garbage in it, as one plain line: bytes that
/// are no printable ASCII become '_'.
std::string plain_identifier(std::string_view bytes);

/// The serial number in a SCSI vital product data page 0x80 (SPC-4, 7.8.17): four bytes of header, the length in the
/// last two. Empty where that is none.
std::string parse_vpd_serial(std::string_view page);

/// From the attributes of a disk's directory in sysfs: of SCSI and ATA (device/wwid, device/vpd_pg80), NVMe (wwid,
/// device/serial), virtio and MMC (serial, device/serial). Empty where the disk has none or does not tell.
DiskIdentity read_disk_identity(const std::string& directory);

}  // namespace guardd
