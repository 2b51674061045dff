// SPDX-License-Identifier: Apache-2.0
// Of a build without clang, bpftool or libbpf.
#include "daemon/seal/attach.hpp"

namespace guardd::seal {
namespace {

Error not_built() { return {"not_built", "not sealed: guardd was built without BPF"}; }

}  // namespace

Result<Attached> attach(const Places&, Mode, const Helpers&) { return not_built(); }

Result<std::unique_ptr<EventRing>> open_events(const Fd&) { return not_built(); }

}  // namespace guardd::seal
