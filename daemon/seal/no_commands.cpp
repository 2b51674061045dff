// SPDX-License-Identifier: Apache-2.0
// Of a build without clang, bpftool or libbpf.
#include "daemon/seal/commands.hpp"

namespace guardd::seal {

Result<Fd> attach_commands(const std::string&, const Pinned&) {
  return Error{"not_built", "not sealed: guardd was built without BPF"};
}

bool is_commands_pinned(const std::string&) { return false; }

}  // namespace guardd::seal
