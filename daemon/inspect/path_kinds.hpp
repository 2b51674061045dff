// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// What the target of a /proc/PID/fd link tells without asking the file.
namespace guardd::walk {

/// A name that the kernel makes up for a file on no filesystem of anyone's, though it begins with a '/': memfd, System
/// V shared memory, aio rings.
bool is_made_up(std::string_view path);

/// Whether data could lie in this directory, when a process has it as its working directory.
bool may_hold_data(std::string_view directory);

/// The same for the parent of an open file: programs and libraries are open everywhere and hold no data.
bool may_hold_open_data(std::string_view directory);

/// Whether the path may be a block device's node: in a /dev, at the root or in a chroot, and none of the character
/// devices that every process has.
bool may_be_block_device(std::string_view path);

}  // namespace guardd::walk
