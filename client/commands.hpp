// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/arguments.hpp"

/// The commands, one file each. Each returns guardctl's exit status (client/trust.hpp).
namespace guardd::client {

int check_reinstall(const Arguments& arguments);
int check_wipe(const Arguments& arguments);
int check_reboot(const Arguments& arguments);
int status(const Arguments& arguments);
int hold_list(const Arguments& arguments);
int hold_add(const Arguments& arguments);
int hold_remove(const Arguments& arguments);
int release_list(const Arguments& arguments);
int release_add(const Arguments& arguments);
int release_revoke(const Arguments& arguments);
int audit_list(const Arguments& arguments);
int audit_verify(const Arguments& arguments);
int audit_adopt(const Arguments& arguments);
int override_list(const Arguments& arguments);
int override_request(const Arguments& arguments);
int override_apply(const Arguments& arguments);
int permit_list(const Arguments& arguments);
int permit_acquire(const Arguments& arguments);
int permit_end(const Arguments& arguments);
int exec(const Arguments& arguments);
int check_start(const Arguments& arguments);
int seal_status(const Arguments& arguments);
int seal_plan(const Arguments& arguments);
int seal_lift(const Arguments& arguments);
int policy_check(const Arguments& arguments);
int policy_show(const Arguments& arguments);
int policy_schema(const Arguments& arguments);
int complete(const Arguments& arguments);

/// --expect-host for a command that is no check, so that it is never ignored: 0, or the exit status to end with.
int compare_host(const Arguments& arguments);

}  // namespace guardd::client
