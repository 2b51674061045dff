// SPDX-License-Identifier: Apache-2.0
#include "client/policy_schema.hpp"

#include "client/commands.hpp"
#include "client/output.hpp"
#include "client/trust.hpp"

namespace guardd::client {

int policy_schema(const Arguments& arguments) {
  if (arguments.quiet && !arguments.json) return 0;
  return write_out(policy_schema_text) ? 0 : exit_status::unknown;
}

}  // namespace guardd::client
