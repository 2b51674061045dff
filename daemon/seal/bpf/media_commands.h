// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Which commands to a drive leave the data on it alone. Whatever is not among them may change it: a guard has to know what
// it lets through.
#pragma once

/// Commands of ATA, ACS-4: what hdparm, smartd and udev ask, power, caches, reading.
static __always_inline int ata_leaves_data(__u8 command) {
  switch (command) {
    case 0x00: // NOP
    case 0x20: case 0x21: case 0x24: case 0x25: case 0x26: case 0x27: case 0x29: case 0x2a: // READ ..., READ NATIVE MAX ADDRESS EXT
    case 0x2f: case 0x47: // READ LOG EXT, READ LOG DMA EXT
    case 0x40: case 0x41: case 0x42: // READ VERIFY
    case 0x5c: case 0x5d: // TRUSTED RECEIVE
    case 0x60: case 0xc4: case 0xc8: case 0xc9: case 0xe4: // READ FPDMA QUEUED, READ MULTIPLE, READ DMA, READ BUFFER
    case 0x70: case 0x90: // SEEK, EXECUTE DEVICE DIAGNOSTIC
    case 0xa1: case 0xec: // IDENTIFY
    case 0xb0: // SMART
    case 0xe0: case 0xe1: case 0xe2: case 0xe3: case 0xe5: case 0xe6: // STANDBY, IDLE, CHECK POWER MODE, SLEEP
    case 0x94: case 0x95: case 0x96: case 0x97: case 0x98: case 0x99: // the same, of old
    case 0xe7: case 0xea: // FLUSH CACHE
    case 0xef: // SET FEATURES
    case 0xf5: case 0xf8: // SECURITY FREEZE LOCK, READ NATIVE MAX ADDRESS
      return 1;
    default: return 0;
  }
}

/// SERVICE ACTION IN (16): reading, but for the elements of a disk that it takes out of use.
static __always_inline int service_action_leaves_data(__u8 action) {
  switch (action & 0x1f) {
    case 0x10: case 0x12: case 0x13: case 0x16: case 0x17: return 1; // READ CAPACITY, GET LBA STATUS, REPORT REFERRALS, GET ... STATUS
    default: return 0;
  }
}

/// Commands of SCSI, SPC-5 and SBC-4, by their first two bytes: what sg3_utils, smartd, udev and multipath's checks ask,
/// reservations, reading. Those that carry an ATA command, and MODE SELECT, are judged elsewhere.
static __always_inline int scsi_leaves_data(__u8 command, __u8 second) {
  switch (command) {
    case 0x00: case 0x03: case 0x12: // TEST UNIT READY, REQUEST SENSE, INQUIRY
    case 0x05: case 0x25: case 0xa0: case 0xa3: // READ BLOCK LIMITS, READ CAPACITY, REPORT LUNS, MAINTENANCE IN
    case 0x08: case 0x28: case 0x88: case 0xa8: case 0x95: // READ, REPORT ZONES
    case 0x2f: case 0x8f: case 0xaf: case 0x34: case 0x90: // VERIFY, PRE-FETCH
    case 0x1a: case 0x5a: // MODE SENSE
    case 0x16: case 0x17: case 0x56: case 0x57: case 0x5e: case 0x5f: // RESERVE, RELEASE, PERSISTENT RESERVE
    case 0x1b: case 0x1e: case 0x35: case 0x91: // START STOP UNIT, PREVENT ALLOW MEDIUM REMOVAL, SYNCHRONIZE CACHE
    case 0x1c: case 0x37: case 0xb7: case 0x3c: case 0x4c: case 0x4d: // RECEIVE DIAGNOSTIC, READ DEFECT DATA, READ BUFFER, LOG
    case 0xa2: // SECURITY PROTOCOL IN
      return 1;
    case 0x1d: return (second & 3) == 0; // SEND DIAGNOSTIC, without leave to put the unit or its data at risk
    case 0x9e: return service_action_leaves_data(second);
    default: return 0;
  }
}

/// Admin commands of NVMe, Base Specification 2.0, figure 138, and the feature that one sets. A vendor's own may be anything.
static __always_inline int nvme_admin_leaves_data(__u8 opcode, __u8 feature) {
  switch (opcode) {
    case 0x02: case 0x06: case 0x0a: // Get Log Page, Identify, Get Features
    case 0x08: case 0x0c: case 0x14: case 0x18: // Abort, Asynchronous Event Request, Device Self-test, Keep Alive
    case 0x1a: case 0x1e: case 0x82: case 0x86: // Directive Receive, NVMe-MI Receive, Security Receive, Get LBA Status
      return 1;
    case 0x09: return feature >= 0x01 && feature <= 0x11; // Set Features: power, temperature, caches, interrupts
    default: return 0;
  }
}

/// Commands of the NVM and Zoned command sets that read.
static __always_inline int nvme_io_leaves_data(__u8 opcode) {
  switch (opcode) {
    case 0x00: case 0x02: case 0x05: case 0x0c: // Flush, Read, Compare, Verify
    case 0x0d: case 0x0e: case 0x11: case 0x15: // Reservation Register, Report, Acquire, Release
    case 0x7a: // Zone Management Receive
      return 1;
    default: return 0;
  }
}

/// Of <linux/sed-opal.h>, by number: what asks, and what locks and unlocks by key. The others erase, or take keys away.
static __always_inline int opal_leaves_data(__u8 number) {
  switch (number) {
    case 220: case 221: case 236: case 237: case 238: case 239: return 1; // SAVE, LOCK_UNLOCK, GET_..., DISCOVERY
    default: return 0;
  }
}
