// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Run by the kernel for each ioctl(2), where it has BPF's security module (security/security.c, security_file_ioctl): 0 lets
// it through. Commands that reach the medium through a block device want no opening for writing, so that the other program
// is not asked about them. Newer kernels have another hook for 32-bit programs, which is not this one.
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

/// Of <linux/nvme_ioctl.h>, <scsi/sg.h>, <scsi/scsi_ioctl.h>, <linux/cdrom.h> and <linux/hdreg.h>.
enum {
  NVME_ADMIN = 0xc0484e41,
  NVME_SUBMIT_IO = 0x40304e42,
  NVME_IO = 0xc0484e43,
  NVME_ADMIN64 = 0xc0504e47,
  NVME_IO64 = 0xc0504e48,
  NVME_IO64_VEC = 0xc0504e49,
  SG_IO = 0x2285,
  SCSI_SEND_COMMAND = 1,
  CDROM_SEND_PACKET = 0x5393,
  HDIO_DRIVE_TASKFILE = 0x031d,
  HDIO_DRIVE_TASK = 0x031e,
  HDIO_DRIVE_CMD = 0x031f,
};

/// _IOC_TYPE and _IOC_NR of the drives' own encryption, <linux/sed-opal.h>.
#define TYPE_OF(request) (((request) >> 8) & 0xff)
#define OPAL_TYPE 'p'
#define FIRST_OF_OPAL 220

/// struct sg_io_hdr of <scsi/sg.h> on 64-bit machines, as far as this looks.
struct sg_request {
  __s32 interface;
  __s32 direction;
  __u8 command_bytes;
  __u8 rest[7];
  __u64 data;
  __u64 command;
};

/// struct nvme_passthru_cmd, as far as this looks.
struct nvme_request {
  __u8 opcode;
  __u8 rest[39];
  __u8 feature; ///< the lowest byte of cdw10
};

/// What can't be read is a command that nobody knows.
static __always_inline int is_read(void *into, __u32 bytes, __u64 from) {
  return bpf_copy_from_user(into, bytes, (const void *)from) == 0;
}

/// SMART (0xb0) writes logs, and one log takes commands to the drive, SCT of ACS-4: those that only ask or set times pass.
static __always_inline int smart_leaves_data(__u8 feature, __u8 log, __u64 data) {
  __u8 action[2] = {};
  if (feature != 0xd6) return 1;
  return log == 0xe0 && is_read(action, 2, data) && action[1] == 0 && action[0] >= 3 && action[0] <= 5;
}

/// MODE SELECT of pages; a block descriptor before them gives the disk another size.
static __always_inline int mode_select_leaves_data(__u8 command, __u64 data) {
  __u8 header[8] = {};
  if (!is_read(header, command == 0x15 ? 4 : 8, data)) return 0;
  return command == 0x15 ? header[3] == 0 : header[6] == 0 && header[7] == 0;
}

static __always_inline int sg_leaves_data(__u64 argument) {
  struct sg_request request = {};
  __u8 command[16] = {};
  if (!is_read(&request, sizeof(request), argument)) return 0;
  // Another version of the interface: a block device answers EINVAL to it, and who asked tries this one.
  if (request.interface != 'S') return 1;
  const __u32 bytes = request.command_bytes < 16 ? request.command_bytes : 16;
  if (!is_read(command, bytes, request.command)) return 0;
  switch (command[0]) {
    case 0x85: // ATA PASS-THROUGH (16) and (12), SAT-4: where the ATA command and its registers lie
      if (bytes < 16) return 0;
      if (command[14] == 0xb0) return smart_leaves_data(command[4], command[8], request.data);
      return ata_leaves_data(command[14]);
    case 0xa1:
      if (bytes < 12) return 0;
      if (command[9] == 0xb0) return smart_leaves_data(command[3], command[5], request.data);
      return ata_leaves_data(command[9]);
    case 0x15:
    case 0x55: return mode_select_leaves_data(command[0], request.data);
    default: return scsi_leaves_data(command[0], command[1]);
  }
}

static __always_inline int nvme_leaves_data(__u64 argument, int is_admin) {
  struct nvme_request request = {};
  if (!is_read(&request, sizeof(request), argument)) return 0;
  return is_admin ? nvme_admin_leaves_data(request.opcode, request.feature) : nvme_io_leaves_data(request.opcode);
}

/// The first byte is the command; these read, or have no data. Without an argument it is a question to the driver.
static __always_inline int hdio_leaves_data(__u64 argument) {
  __u8 command = 0;
  return !argument || (is_read(&command, 1, argument) && ata_leaves_data(command));
}

/// Only of requests that carry a command to the medium; what else there is goes by the driver's own rules.
static __always_inline int leaves_data(__u32 request, __u64 argument) {
  if (TYPE_OF(request) == OPAL_TYPE && (request & 0xff) >= FIRST_OF_OPAL) return opal_leaves_data(request & 0xff);
  switch (request) {
    case NVME_ADMIN:
    case NVME_ADMIN64: return nvme_leaves_data(argument, 1);
    case NVME_SUBMIT_IO:
    case NVME_IO:
    case NVME_IO64:
    case NVME_IO64_VEC: return nvme_leaves_data(argument, 0);
    case SG_IO: return sg_leaves_data(argument);
    case HDIO_DRIVE_CMD:
    case HDIO_DRIVE_TASK: return hdio_leaves_data(argument);
    case SCSI_SEND_COMMAND:
    case CDROM_SEND_PACKET:
    case HDIO_DRIVE_TASKFILE: return 0;
    default: return 1;
  }
}

SEC("lsm.s/file_ioctl")
int guardd_commands(const unsigned long long *arguments) {
  const struct file *file = (const struct file *)arguments[0];
  const __u32 request = (__u32)arguments[1];
  const __u64 argument = arguments[2];
  const struct inode *inode = file->f_inode;
  if ((inode->i_mode & S_IFMT) != S_IFBLK) return 0;
  const struct guardd_seal_device device = {
      .type = GUARDD_SEAL_BLOCK, .major = inode->i_rdev >> 20, .minor = inode->i_rdev & 0xfffff};
  // Most devices are not sealed, and most requests are harmless: the look into the caller's memory comes last.
  if (!bpf_map_lookup_elem(&sealed, &device) || leaves_data(request, argument)) return 0;
  if (!is_denied(&device, GUARDD_SEAL_COMMAND)) return 0;
  // Two branches and no arithmetic: from 6.12 on the verifier wants to see what is returned, and knows no negation before 6.17.
  asm volatile("" ::: "memory");
  return -EPERM;
}
