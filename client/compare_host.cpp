// SPDX-License-Identifier: Apache-2.0
#include "client/commands.hpp"
#include "client/output.hpp"
#include "client/trust.hpp"
#include "core/host_names.hpp"
#include "core/text.hpp"

namespace guardd::client {

int compare_host(const Arguments& arguments) {
  if (arguments.expect_host.empty()) return 0;
  const LocalHost local = read_local_host();
  const Known<bool> same = is_this_host(read_host_names(local), arguments.expect_host);
  if (!same.known()) {
    write_error("guardctl: whether this host is " + arguments.expect_host + " is not known: " + printable(same.why()) +
                "\n");
    return exit_status::unknown;
  }
  if (same.value()) return 0;
  write_error("guardctl: this host is " + printable(local.hostname) + ", not " + arguments.expect_host + "\n");
  return exit_status::refused;
}

}  // namespace guardd::client
