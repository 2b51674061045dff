// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Run by the kernel for each ioctl(2), where it has BPF's security module (security/security.c, security_file_ioctl): 0 lets
// it through. Commands that reach the medium through a block device want no opening for writing, so that the other program
// is not asked about them. A 32-bit program's SG_IO has another layout and is not recognised.
#include "daemon/seal/bpf/kernel_lsm.h"
// After the types, which it wants.
#include "daemon/seal/bpf/decision.h"
#include "daemon/seal/bpf/media_commands.h"

/// A program on the kernel's security hooks wants a licence that the kernel takes for the GPL's; this file may be had under
/// either.
char licence[] SEC("license") = "Dual MIT/GPL";

#define EPERM 1
#define S_IFMT 0170000
#define S_IFBLK 0060000

/// Of <linux/nvme_ioctl.h>, <scsi/sg.h> and <linux/hdreg.h>.
enum {
  NVME_ADMIN = 0xc0484e41,
  NVME_SUBMIT_IO = 0x40304e42,
  NVME_IO = 0xc0484e43,
  NVME_ADMIN64 = 0xc0504e47,
  NVME_IO64 = 0xc0504e48,
  NVME_IO64_VEC = 0xc0504e49,
  SG_IO = 0x2285,
  HDIO_DRIVE_TASKFILE = 0x031d,
  HDIO_DRIVE_TASK = 0x031e,
  HDIO_DRIVE_CMD = 0x031f,
};

/// struct sg_io_hdr of <scsi/sg.h>, as far as this looks.
struct sg_request {
  __s32 interface;
  __s32 direction;
  __u8 command_bytes;
  __u8 rest[15];
  __u64 command;
};

/// The first byte of what the caller passes; 0 bytes read is a command that nobody knows.
static __always_inline int first_byte(unsigned long argument, __u8 *byte) {
  return bpf_copy_from_user(byte, 1, (const void *)argument) == 0;
}

/// ATA PASS-THROUGH (16) and (12), SAT-4: where the ATA command lies.
static __always_inline int sg_leaves_data(unsigned long argument) {
  struct sg_request request = {};
  __u8 command[16] = {};
  if (bpf_copy_from_user(&request, sizeof(request), (const void *)argument) != 0) return 0;
  if (request.command_bytes >= 16) {
    if (bpf_copy_from_user(command, 16, (const void *)request.command) != 0) return 0;
  } else if (request.command_bytes >= 12) {
    if (bpf_copy_from_user(command, 12, (const void *)request.command) != 0) return 0;
  } else if (bpf_copy_from_user(command, 1, (const void *)request.command) != 0) {
    return 0;
  }
  if (command[0] == 0x85) return ata_leaves_data(command[14]);
  if (command[0] == 0xa1) return ata_leaves_data(command[9]);
  return scsi_leaves_data(command[0]);
}

/// Only of requests that carry a command to the medium; what else there is goes by the driver's own rules.
static __always_inline int leaves_data(unsigned int request, unsigned long argument) {
  __u8 byte = 0;
  switch (request) {
    case NVME_ADMIN:
    case NVME_ADMIN64: return first_byte(argument, &byte) && nvme_admin_leaves_data(byte);
    case NVME_SUBMIT_IO:
    case NVME_IO:
    case NVME_IO64:
    case NVME_IO64_VEC: return first_byte(argument, &byte) && nvme_io_leaves_data(byte);
    case SG_IO: return sg_leaves_data(argument);
    case HDIO_DRIVE_CMD:
    case HDIO_DRIVE_TASK: return first_byte(argument, &byte) && ata_leaves_data(byte);
    case HDIO_DRIVE_TASKFILE: return 0;
    default: return 1;
  }
}

SEC("lsm.s/file_ioctl")
int guardd_commands(const unsigned long long *arguments) {
  const struct file *file = (const struct file *)arguments[0];
  const unsigned int request = (unsigned int)arguments[1];
  const unsigned long argument = arguments[2];
  const struct inode *inode = file->f_inode;
  if ((inode->i_mode & S_IFMT) != S_IFBLK) return 0;
  const struct guardd_seal_device device = {
      .type = GUARDD_SEAL_BLOCK, .major = inode->i_rdev >> 20, .minor = inode->i_rdev & 0xfffff};
  // Most devices are not sealed, and most requests are harmless: the look into the caller's memory comes last.
  if (!bpf_map_lookup_elem(&sealed, &device) || leaves_data(request, argument)) return 0;
  return is_denied(&device, GUARDD_SEAL_COMMAND) ? -EPERM : 0;
}
