// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/seal/attach.hpp"

namespace guardd::seal {

/// Has the kernel deny the commands that reach a sealed disk's medium through its block device, by ioctl(2): a program
/// on its security hooks (daemon/seal/bpf/commands.bpf.c), which decides by the maps of `seal` and is pinned beside
/// them. One that is pinned already and the same is kept. The program's link, or what is missing: "no_lsm",
/// "foreign" (something else is pinned there), "not_built", and those of bpf(2).
Result<Fd> attach_commands(const std::string& pins, const Pinned& seal);

/// Whether it is pinned there: what is not ends with guardd.
bool is_commands_pinned(const std::string& pins);

}  // namespace guardd::seal
