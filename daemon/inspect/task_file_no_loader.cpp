// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/task_file_iterator.hpp"

namespace guardd::walk {

Result<Fd> load_task_file_iterator() { return Error{"not_built", "guardd was built without BPF"}; }

}  // namespace guardd::walk
